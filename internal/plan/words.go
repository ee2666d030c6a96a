package plan

import "weibao/internal/plan/task"

// The words of this package that are made below it.
type (
	Task       = task.Task
	TaskState  = task.State
	Fact       = task.Fact
	Kind       = task.Kind
	Context    = task.Context
	Assignment = task.Assignment
	Question   = task.Question
	Topic      = task.Topic
	Register   = task.Register
	Unit       = task.Unit
	Match      = task.Match
)

// States of a task, kinds of facts, kinds of duties and topics of questions.
const (
	TaskDraft     = task.Draft
	TaskIssued    = task.Issued
	TaskWithdrawn = task.Withdrawn

	Lead     = task.Lead
	Support  = task.Support
	Time     = task.Time
	Vague    = task.Vague
	Target   = task.Target
	Document = task.Document
	Person   = task.Person

	KindTask     = task.KindTask
	KindSupport  = task.KindSupport
	KindDocument = task.KindDocument
	KindCheck    = task.KindCheck
	Subject      = task.Subject
	SubjectReply = task.SubjectReply

	AskUnit     = task.AskUnit
	AskOwner    = task.AskOwner
	AskTime     = task.AskTime
	AskStanding = task.AskStanding
	AskMaker    = task.AskMaker
	AskDue      = task.AskDue
	AskYear     = task.AskYear
	WithReview  = task.WithReview
)
