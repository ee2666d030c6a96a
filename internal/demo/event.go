package demo

import (
	"context"
	"time"

	"weibao/internal/access"
	"weibao/internal/casework/emergency"
	"weibao/internal/db"
	"weibao/internal/errs"
)

// disaster is a public event of this morning in one township: most of the
// children whom it touches were reached, one needs care, one was not found, and
// some nobody has asked after yet.
func (s *Stage) disaster(ctx context.Context, today time.Time) error {
	town, ok := s.unitOf("河湾镇")
	if s.Alarm == nil || !ok {
		return nil
	}
	defer s.Clock.Set(today)
	s.Clock.Set(today.Add(-2 * hour))
	var event int64
	if err := s.write(ctx, func(tx *db.Tx) error {
		if err := s.Alarm.Declare(ctx, tx, s.office, "disaster", "县应急指挥部关于启动防汛应急响应的通知", []string{access.Town(town.Post.Region) + "000"}); err != nil {
			return err
		}
		list, err := s.Alarm.Contingencies(ctx, tx, s.office)
		if err == nil {
			event = list[0].ID
		}
		return err
	}); err != nil {
		return err
	}
	err := s.write(ctx, func(tx *db.Tx) error {
		_, err := s.Alarm.Touch(ctx, tx, s.office, event, emergency.Choice{Region: access.Town(town.Post.Region) + "000"})
		return err
	})
	if errs.Is(err, errs.Invalid) {
		return nil // a demo with few children has none there
	}
	if err != nil {
		return err
	}
	rows, err := s.Alarm.Touched(ctx, s.DB.Reader(), s.office, event, emergency.TouchFilter{Limit: 200})
	if err != nil {
		return err
	}
	s.Clock.Advance(hour)
	told := map[string][]emergency.TouchedID{}
	for i, r := range rows {
		state := emergency.Safe
		switch {
		case i == 1:
			state = emergency.Care
		case i == 2:
			state = emergency.Lost
		case i%7 == 3:
			continue // nobody has asked after this one
		}
		told[state] = append(told[state], r.ID)
	}
	for state, words := range map[string]string{emergency.Safe: "", emergency.Care: "在村委会安置点，父母在外地务工，暂由村干部陪着。", emergency.Lost: "家里没有人，电话没有接通，正在向邻居打听。"} {
		if len(told[state]) == 0 {
			continue
		}
		if err := s.write(ctx, func(tx *db.Tx) error {
			return s.Alarm.Reach(ctx, tx, s.office, event, told[state], state, words)
		}); err != nil {
			return err
		}
	}
	return nil
}
