package ui

import "strconv"

// Level is a 风险等级 as it is shown: colour tint, word and shape together, so
// that it survives a black-and-white printer and colour blindness.
type Level struct {
	Rank  int    // 1 (lowest) to 4 (highest); 0 is not yet assessed
	Label string // the county's word, e.g. 「橙色 · 高风险」
	// Color and Figure are the county's: a tint "blue", "green", "yellow",
	// "orange" or "red", and "circle", "square", "diamond" or "triangle".
	// Where they are empty the rank has its own.
	Color, Figure string
}

var figures = map[string]string{"circle": "●", "square": "■", "diamond": "◆", "triangle": "▲"}

// Shape gives the sign of the level.
func (l Level) Shape() string {
	if sign, ok := figures[l.Figure]; ok {
		return sign
	}
	switch l.Rank {
	case 1:
		return "○"
	case 2:
		return "◔"
	case 3:
		return "◑"
	case 4:
		return "●"
	}
	return "–"
}

// Word gives the label, or what stands in for it.
func (l Level) Word() string {
	if l.Label != "" {
		return l.Label
	}
	if l.Rank < 1 || l.Rank > 4 {
		return "未评估"
	}
	return strconv.Itoa(l.Rank) + "级"
}

// State is where a duty, task or document stands.
type State string

// The states that have a look. Each is shown with its icon and a word.
const (
	Waiting   State = "waiting"   // nobody has taken it yet 待签收
	Running   State = "running"   // being done 办理中
	Checking  State = "checking"  // waits for the office 待审核
	Finished  State = "finished"  // done 已办结
	Late      State = "late"      // overdue 超期
	Returned  State = "returned"  // sent back 已退回
	Paused    State = "paused"    // clock stands 已挂起
	Ended     State = "ended"     // waived, withdrawn, cancelled
	Drafting  State = "drafting"  // not issued yet
	Uncertain State = "uncertain" // needs an answer from a person
)

var stateIcons = map[State]string{
	Waiting: "circle", Running: "half", Checking: "eye", Finished: "check-circle", Late: "alert",
	Returned: "return", Paused: "pause", Ended: "minus-circle", Drafting: "edit", Uncertain: "question",
}

// Tag is a state with its word.
type Tag struct {
	State State
	Label string
}

// Icon gives the icon of the tag's state.
func (t Tag) Icon() string {
	if icon, ok := stateIcons[t.State]; ok {
		return icon
	}
	return "circle"
}

// Due is a time limit as people read it: the date and how far it is.
type Due struct {
	Date     string // 2026-11-22 周日
	Distance string // 还有3天, 今天到期, 超期2天
	Near     Near
}

// Near says how close a limit is.
type Near string

// The four groups of the inbox, and what is past or has no limit.
const (
	Critical Near = "critical" // 严重超期
	Overdue  Near = "overdue"  // 已超期
	Soon     Near = "soon"     // 即将到期
	Later    Near = "later"    // 未到期
	Settled  Near = "settled"  // done, the distance no longer matters
)

// TaskRow is a row of 待办: what, for whom, by when, and how it stands.
type TaskRow struct {
	Icon   string // kind of work
	Kind   string // its word
	Title  string // at most 40 characters, no personal name
	Href   string
	Owner  string // unit, then person
	Place  string
	From   string // where it comes from: plan and clause
	Due    Due
	Tag    Tag
	Level  *Level
	Select string // value of the batch checkbox, "" for none
}

// TaskGroup is a part of 待办 under its heading.
type TaskGroup struct {
	Label string
	Near  Near
	Count int // of all in the group, which may be more than the rows shown
	Rows  []TaskRow
	More  string // address of the whole group
}

// TaskList is 待办, grouped, with batch actions and pager.
type TaskList struct {
	ID     string
	Groups []TaskGroup
	Batch  *Batch
	Pager  *Pager
	Empty  Empty
}

// Blank tells that there is nothing to show.
func (l TaskList) Blank() bool {
	for _, g := range l.Groups {
		if len(g.Rows) > 0 {
			return false
		}
	}
	return true
}
