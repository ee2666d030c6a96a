package plan

import (
	"context"
	"encoding/json"
	"strings"

	"weibao/internal/access"
	"weibao/internal/db"
	"weibao/internal/plan/task"
	"weibao/internal/ref"
)

// Found is a task that a search found, with what tells it apart.
type Found struct {
	Task      ref.Task
	Title     string
	Quote     string
	Path      string // JSON, see Clause
	State     TaskState
	Plan      ref.Plan
	PlanTitle string
}

// Clause names the clause of the task.
func (f Found) Clause() string {
	var path []string
	_ = json.Unmarshal([]byte(f.Path), &path) // written by this package; what cannot be read is shown as none
	return task.Line(path)
}

const (
	searchLimit = 50
	searchWords = 5
)

// Search finds tasks whose title or words of the plan hold every one of the
// words, titles first, in the plans that the actor may see; withdrawn tasks
// are left out.
func (d *Desk) Search(ctx context.Context, tx *db.Tx, by access.Actor, words string, limit int) ([]Found, error) {
	if err := by.Require("plan.list"); err != nil {
		return nil, err
	}
	list := strings.Fields(words)
	if len(list) == 0 {
		return nil, nil
	}
	if limit <= 0 || limit > searchLimit {
		limit = searchLimit
	}
	return searchTasks(ctx, tx, by, list[:min(len(list), searchWords)], limit)
}
