package screening

import (
	"context"
	"slices"
	"strings"

	"weibao/internal/access"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/ref"
)

var (
	campaignColumns = db.ColumnsOf[Campaign]("s")
	villageColumns  = db.ColumnsOf[Village]("v")
	answerColumns   = db.ColumnsOf[Answer]("a")
	childColumns    = db.ColumnsOf[child.Child]("c")
)

// maxIn bounds the values of one IN list.
const maxIn = 500

// visible is the scope of an actor over rows of a table.
func visible(by access.Actor, alias string) (string, []any) {
	if by.User == access.Program.User {
		return "1 = 1", nil
	}
	return by.Scope().Where(access.ScopeColumns(alias))
}

func insert(ctx context.Context, tx *db.Tx, c Campaign, villages []Village) error {
	if err := db.Insert(ctx, tx, "screening", c); err != nil {
		return err
	}
	return db.InsertAll(ctx, tx, "screening_village", villages)
}

// get gives a campaign that has a village in the actor's scope.
func get(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, lock string) (Campaign, error) {
	where, args := visible(by, "v")
	return db.Get[Campaign](ctx, tx, "SELECT "+campaignColumns+" FROM screening s WHERE s.id = ? AND EXISTS (SELECT 1 FROM screening_village v WHERE v.campaign = s.id AND "+
		where+")"+lock, append([]any{id}, args...)...)
}

func campaigns(ctx context.Context, tx *db.Tx, by access.Actor, after ref.Campaign, limit int) ([]Campaign, error) {
	where, args := visible(by, "v")
	return db.All[Campaign](ctx, tx, "SELECT "+campaignColumns+" FROM screening s WHERE s.id < ? AND EXISTS (SELECT 1 FROM screening_village v WHERE v.campaign = s.id AND "+
		where+") ORDER BY s.id DESC LIMIT ?", slices.Concat([]any{after}, args, []any{limit})...)
}

// begunOf gives the campaigns of a form in a region since a day.
func begunOf(ctx context.Context, tx *db.Tx, form, region, since string) ([]Campaign, error) {
	return db.All[Campaign](ctx, tx, "SELECT "+campaignColumns+" FROM screening s WHERE s.county = ? AND s.form = ? AND s.region = ? AND s.begins >= ? ORDER BY s.id DESC",
		access.County(region), form, region, since)
}

func callOf(ctx context.Context, tx *db.Tx, form string, since civil.Date) (Call, bool, error) {
	return db.Maybe[Call](ctx, tx, "SELECT "+db.ColumnsOf[Call]("l")+" FROM screening_call l WHERE l.form = ? AND l.since = ?", form, since)
}

func insertCall(ctx context.Context, tx *db.Tx, c Call) error {
	return db.Insert(ctx, tx, "screening_call", c)
}

func setCallBegun(ctx context.Context, tx *db.Tx, id int64, begun ref.Campaign) error {
	return tx.One(ctx, "UPDATE screening_call SET begun = ? WHERE id = ?", begun, id)
}

func setState(ctx context.Context, tx *db.Tx, c Campaign) error {
	return tx.One(ctx, "UPDATE screening SET state = ?, closed = ?, due = ? WHERE id = ?", c.State, c.Closed, c.Due, c.ID)
}

// villages gives those of a campaign in the actor's scope.
func villages(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign) ([]Village, error) {
	where, args := visible(by, "v")
	return db.All[Village](ctx, tx, "SELECT "+villageColumns+" FROM screening_village v WHERE v.campaign = ? AND "+where+" ORDER BY v.region", append([]any{id}, args...)...)
}

func village(ctx context.Context, tx *db.Tx, by access.Actor, id ref.Campaign, region, lock string) (Village, error) {
	where, args := visible(by, "v")
	return db.Get[Village](ctx, tx, "SELECT "+villageColumns+" FROM screening_village v WHERE v.campaign = ? AND v.region = ? AND "+where+lock,
		append([]any{id, region}, args...)...)
}

// runningIn gives what a village has to do in campaigns that run.
func runningIn(ctx context.Context, tx *db.Tx, region string) ([]Village, error) {
	return db.All[Village](ctx, tx, "SELECT "+villageColumns+" FROM screening_village v JOIN screening s ON s.id = v.campaign WHERE v.region = ? AND s.state = 'open' ORDER BY v.campaign", region)
}

func dropVillage(ctx context.Context, tx *db.Tx, v Village) error {
	return tx.One(ctx, "DELETE FROM screening_village WHERE campaign = ? AND region = ?", v.Campaign, v.Region)
}

func setExpected(ctx context.Context, tx *db.Tx, v Village) error {
	return tx.One(ctx, "UPDATE screening_village SET expected = ?, source = ? WHERE campaign = ? AND region = ?", v.Expected, v.Source, v.Campaign, v.Region)
}

func setFinished(ctx context.Context, tx *db.Tx, v Village) error {
	return tx.One(ctx, `UPDATE screening_village SET duty = ?, finished = ?, finished_by = ?, finished_name = ?, finished_unit = ?, known = ?, zero = ?, words = ?
		WHERE campaign = ? AND region = ?`, v.Duty, v.Finished, v.FinishedBy, v.FinishedName, v.FinishedUnit, v.Known, v.Zero, v.Words, v.Campaign, v.Region)
}

func setDuty(ctx context.Context, tx *db.Tx, v Village) error {
	return tx.One(ctx, "UPDATE screening_village SET duty = ? WHERE campaign = ? AND region = ?", v.Duty, v.Campaign, v.Region)
}

func setKnown(ctx context.Context, tx *db.Tx, v Village) error {
	return tx.One(ctx, "UPDATE screening_village SET known = ? WHERE campaign = ? AND region = ?", v.Known, v.Campaign, v.Region)
}

// strayed gives the files whose place or state may be another than their
// answers in a campaign say; in a campaign about categories that is everybody.
func strayed(ctx context.Context, tx *db.Tx, id ref.Campaign, everybody bool) ([]child.Child, error) {
	return db.All[child.Child](ctx, tx, "SELECT "+childColumns+` FROM screening_answer a JOIN child c ON c.id = a.child WHERE a.campaign = ?
		AND (? = 1 OR a.counted = 0 OR c.region <> a.region OR c.state <> 'open' OR c.band = ?)`, id, flag(everybody), adult)
}

// tally is what answers add to the numbers of a village.
type tally struct{ same, changed, found, absent, gone, leads int64 }

func (t tally) plus(o tally) tally {
	return tally{t.same + o.same, t.changed + o.changed, t.found + o.found, t.absent + o.absent, t.gone + o.gone, t.leads + o.leads}
}

func addTally(ctx context.Context, tx *db.Tx, id ref.Campaign, region string, t tally) error {
	return tx.One(ctx, `UPDATE screening_village SET same = same + ?, changed = changed + ?, found = found + ?, absent = absent + ?, gone = gone + ?, leads = leads + ?
		WHERE campaign = ? AND region = ?`, t.same, t.changed, t.found, t.absent, t.gone, t.leads, id, region)
}

func answerOf(ctx context.Context, tx *db.Tx, id ref.Campaign, who ref.Child) (Answer, bool, error) {
	return db.Maybe[Answer](ctx, tx, "SELECT "+answerColumns+" FROM screening_answer a WHERE a.child = ? AND a.campaign = ?", who, id)
}

// answersOf gives the answers on some children in a campaign.
func answersOf(ctx context.Context, tx *db.Tx, id ref.Campaign, who []ref.Child) (map[ref.Child]Answer, error) {
	out := map[ref.Child]Answer{}
	for some := range slices.Chunk(who, maxIn) {
		rows, err := db.All[Answer](ctx, tx, "SELECT "+answerColumns+" FROM screening_answer a WHERE a.campaign = ? AND a.child IN "+db.In(len(some)), append([]any{id}, db.Args(some)...)...)
		if err != nil {
			return nil, err
		}
		for _, a := range rows {
			out[a.Child] = a
		}
	}
	return out, nil
}

// prompted gives those of some children whose assessment is somebody's duty already.
func prompted(ctx context.Context, tx *db.Tx, who []ref.Child) (out []ref.Child, err error) {
	for some := range slices.Chunk(who, maxIn) {
		more, err := db.All[ref.Child](ctx, tx, "SELECT DISTINCT a.child FROM screening_answer a WHERE a.child IN "+db.In(len(some))+" AND a.lead = 1 AND a.assessed = 0 AND a.duty > 0", db.Args(some)...)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return out, nil
}

// before gives the campaign of the same pattern before one in some divisions
// that has ended or should have.
func before(ctx context.Context, tx *db.Tx, c Campaign, regions []string) (Campaign, bool, error) {
	return db.Maybe[Campaign](ctx, tx, "SELECT "+campaignColumns+" FROM screening s WHERE s.county = ? AND s.form = ? AND s.region IN "+db.In(len(regions))+
		" AND s.id < ? AND (s.state = 'closed' OR s.due < ?) ORDER BY s.id DESC LIMIT 1", slices.Concat([]any{access.County(c.Region), c.Form}, db.Args(regions), []any{c.ID, c.Begins})...)
}

// carriedIn counts the children of some villages who were known when a
// campaign ended and whom nobody has met since it began.
func carriedIn(ctx context.Context, tx *db.Tx, e Earlier, regions, categories []string) ([]count, error) {
	var out []count
	for some := range slices.Chunk(regions, maxIn) {
		text := "SELECT c.region, count(*) AS n FROM child c WHERE c.region IN " + db.In(len(some)) + " AND c.state = 'open' AND c.band <> ? AND c.created <= ? AND c.screened < ?"
		args := append(db.Args(some), adult, e.Until, e.Since)
		if len(categories) > 0 {
			text += " AND EXISTS (SELECT 1 FROM child_category h WHERE h.child = c.id AND h.ended = '' AND h.category IN " + db.In(len(categories)) + ")"
			args = append(args, db.Args(categories)...)
		}
		rows, err := db.All[count](ctx, tx, text+" GROUP BY c.region", args...)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// running gives the answers on a child in campaigns that run.
func running(ctx context.Context, tx *db.Tx, children []ref.Child) ([]Answer, error) {
	return db.All[Answer](ctx, tx, "SELECT "+answerColumns+" FROM screening_answer a JOIN screening s ON s.id = a.campaign WHERE a.child IN "+db.In(len(children))+
		" AND s.state = 'open' ORDER BY a.child, a.campaign", db.Args(children)...)
}

// unassessed gives the answers on a child that wait for an assessment.
func unassessed(ctx context.Context, tx *db.Tx, who ref.Child) ([]Answer, error) {
	return db.All[Answer](ctx, tx, "SELECT "+answerColumns+" FROM screening_answer a WHERE a.child = ? AND a.lead = 1 AND a.assessed = 0 ORDER BY a.campaign", who)
}

func insertAnswers(ctx context.Context, tx *db.Tx, list []Answer) error {
	return db.InsertAll(ctx, tx, "screening_answer", list)
}

func updateAnswer(ctx context.Context, tx *db.Tx, a Answer) error {
	return tx.One(ctx, `UPDATE screening_answer SET region = ?, town = ?, county = ?, unit = ?, counted = ?, outcome = ?, reason = ?, at = ?, by_user = ?, by_name = ?,
		by_unit = ?, lead = ?, duty = ?, assessed = ?, proposed = ?, sealed = ? WHERE id = ?`, a.Region, a.Town, a.County, a.Unit, a.Counted, a.Outcome, a.Reason,
		a.At, a.ByUser, a.ByName, a.ByUnit, a.Lead, a.Duty, a.Assessed, a.Proposed, a.Sealed, a.ID)
}

func insertEvent(tx *db.Tx, e Event) error { return db.Append(tx, "screening_event", e) }

func events(ctx context.Context, tx *db.Tx, id ref.Campaign, regions []string, limit int) ([]Event, error) {
	return db.All[Event](ctx, tx, "SELECT "+db.ColumnsOf[Event]("e")+" FROM screening_event e WHERE e.campaign = ? AND e.region IN "+db.In(len(regions))+" ORDER BY e.id DESC LIMIT ?",
		slices.Concat([]any{id}, db.Args(regions), []any{limit})...)
}

// count is a number of children in a region.
type count struct {
	Region string
	N      int64
}

// direct counts the children whose files name a township and no village; its
// kept numbers are those of all its villages.
func direct(ctx context.Context, tx *db.Tx, region string) (count, error) {
	n, err := db.Get[int64](ctx, tx, "SELECT count(*) FROM child c WHERE c.region = ? AND c.state = 'open' AND c.band <> ?", region, adult)
	return count{region, n}, err
}

// living counts the children of some villages from the kept numbers of their files.
func living(ctx context.Context, tx *db.Tx, regions []string) ([]count, error) {
	var out []count
	for some := range slices.Chunk(regions, maxIn) {
		rows, err := db.All[count](ctx, tx, "SELECT region, CAST(sum(n) AS BIGINT) AS n FROM child_count WHERE category = '' AND band <> ? AND region IN "+db.In(len(some))+" GROUP BY region",
			append([]any{adult}, db.Args(some)...)...)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// belonging counts the children of some villages who are in any of some categories.
func belonging(ctx context.Context, tx *db.Tx, regions, categories []string) ([]count, error) {
	var out []count
	for some := range slices.Chunk(regions, maxIn) {
		rows, err := db.All[count](ctx, tx, "SELECT c.region, count(DISTINCT c.id) AS n FROM child_category h JOIN child c ON c.id = h.child WHERE h.ended = '' AND h.category IN "+
			db.In(len(categories))+" AND h.region IN "+db.In(len(some))+" AND c.state = 'open' AND c.band <> ? GROUP BY c.region",
			slices.Concat(db.Args(categories), db.Args(some), []any{adult})...)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// missing gives the children of a village of whom nothing was entered, those
// of high risk first. It walks the index k of the village and reads the rows c
// of those alone who are missing, for a village may be nearly done. Who bears
// the mark of this campaign has an answer; whoever bears that of another may
// have one of this, too, and is looked up.
func missing(ctx context.Context, tx *db.Tx, id ref.Campaign, region string, categories []string, after Key, limit int) ([]child.Child, error) {
	text := "SELECT " + childColumns + ` FROM child k CROSS JOIN child c WHERE c.id = k.id AND k.region = ? AND k.state = 'open'
		AND k.campaign <> ? AND NOT EXISTS (SELECT 1 FROM screening_answer a WHERE a.child = k.id AND a.campaign = ?) AND c.band <> ?`
	args := []any{region, id, id, adult}
	if len(categories) > 0 {
		text += " AND EXISTS (SELECT 1 FROM child_category h WHERE h.child = c.id AND h.ended = '' AND h.category IN " + db.In(len(categories)) + ")"
		args = append(args, db.Args(categories)...)
	}
	if after != (Key{}) {
		text += " AND (k.level, k.due, k.id) < (?, ?, ?)"
		args = append(args, after.Level, after.Due, after.ID)
	}
	return db.All[child.Child](ctx, tx, text+" ORDER BY k.level DESC, k.due DESC, k.id DESC LIMIT ?", append(args, limit)...)
}

// entered gives the answers that count in a village, latest first.
func entered(ctx context.Context, tx *db.Tx, id ref.Campaign, region string, of Part, after int64, limit int) ([]Answer, error) {
	text, args := "SELECT "+answerColumns+" FROM screening_answer a WHERE a.campaign = ? AND a.region = ? AND a.counted = 1", []any{id, region}
	if len(of.Outcomes) > 0 {
		text, args = text+" AND a.outcome IN "+db.In(len(of.Outcomes)), append(args, db.Args(of.Outcomes)...)
	}
	if of.Leads {
		text += " AND a.lead = 1"
	}
	if after > 0 {
		text, args = text+" AND a.id < ?", append(args, after)
	}
	return db.All[Answer](ctx, tx, text+" ORDER BY a.id DESC LIMIT ?", append(args, limit)...)
}

// files gives the files of some children.
func files(ctx context.Context, tx *db.Tx, by access.Actor, ids []ref.Child) ([]child.Child, error) {
	where, args := visible(by, "c")
	var out []child.Child
	for some := range slices.Chunk(ids, maxIn) {
		rows, err := db.All[child.Child](ctx, tx, "SELECT "+childColumns+" FROM child c WHERE c.id IN "+db.In(len(some))+" AND "+where, append(db.Args(some), args...)...)
		if err != nil {
			return nil, err
		}
		out = append(out, rows...)
	}
	return out, nil
}

// recounted counts the answers of a campaign anew, as the villages keep them.
func recounted(ctx context.Context, tx *db.Tx, id ref.Campaign) ([]Village, error) {
	return db.All[Village](ctx, tx, `SELECT a.campaign, a.region, sum(CASE WHEN a.outcome = 'same' THEN 1 ELSE 0 END) AS same,
		sum(CASE WHEN a.outcome = 'changed' THEN 1 ELSE 0 END) AS changed, sum(CASE WHEN a.outcome = 'found' THEN 1 ELSE 0 END) AS found,
		sum(CASE WHEN a.outcome = 'absent' THEN 1 ELSE 0 END) AS absent, sum(CASE WHEN a.reason = 'moved' THEN 1 ELSE 0 END) AS gone, CAST(sum(a.lead) AS BIGINT) AS leads
		FROM screening_answer a WHERE a.campaign = ? AND a.counted = 1 GROUP BY a.campaign, a.region`, id)
}

// words joins ids as Answer.Proposed holds them.
func words(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return " " + strings.Join(ids, " ") + " "
}

// Rehome gives the campaigns of a division that is no longer in force the one
// in its place. What its villages did in those that have ended stays as it was counted.
func Rehome(ctx context.Context, tx *db.Tx, was, now string) error {
	_, err := tx.Exec(ctx, "UPDATE screening SET region = ?, town = ?, county = ? WHERE region = ?", now, access.Town(now), access.County(now), was)
	return err
}
