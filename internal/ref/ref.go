// Package ref holds the typed ids by which slices point at each other without
// importing each other, and makes new ones.
//
// An id is a positive 63-bit number: milliseconds since 2024 in the upper 41
// bits, a counter with a random start in the lower 22. Ids of one process
// grow with time, so tables stay clustered by age; two processes that draw
// the same number collide loudly on a primary key and never silently.
// It never reads the clock: the instant is handed in.
package ref

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"strconv"
	"sync"
	"time"
)

// Ids of the things that more than one slice names.
type (
	// Assessment is a 评估 of a child's risk.
	Assessment int64
	// Audit is an entry of the audit journal.
	Audit int64
	// Campaign is a 排查活动: a screening of all children of a place.
	Campaign int64
	// Case is a 个案: the work for one child from opening to closure.
	Case int64
	// Child is the 档案 of a child 「一人一档」.
	Child int64
	// Duty is a 责任事项.
	Duty int64
	// Series is a recurring duty that opens a duty each round.
	Series int64
	// Entry is that a child stands on a secret special list 「保密登记」.
	Entry int64
	// File is an encrypted attachment.
	File int64
	// Import is a 导入: a list of children that was sent in.
	Import int64
	// Job is a background job.
	Job int64
	// Justice is a 司法保护记录: that somebody keeps something of a child's, and who.
	Justice int64
	// Measure is a 监护干预措施 taken for a child.
	Measure int64
	// Order is a 工单 of a hotline that became a report.
	Order int64
	// Upload is a 工单文件 that was sent in.
	Upload int64
	// Partner is another system that may use the interface 「对接单位」.
	Partner int64
	// Plan is a 工作方案.
	Plan int64
	// Post is a 岗位: a person's role in a unit for a time.
	Post int64
	// Record is that something was done for a child 「走访、联系」.
	Record int64
	// Proof is a paper by which a child belongs to a special list 「证明材料」.
	Proof int64
	// Prompt is a 核实提示: a difference found by comparing a list with the files.
	Prompt int64
	// Report is a 报告·线索: what somebody told us.
	Report int64
	// Referral is a 转介: work on a report, case or child that is sent to a unit.
	Referral int64
	// Request is a request of a duty's owner which somebody else decides.
	Request int64
	// View is a 常用视图 of a ledger.
	View int64
	// Disclosure is a 明文导出: a list with what is private, asked for and approved.
	Disclosure int64
	// Step is what was done for a step of a special list 「专项名单事项」.
	Step int64
	// Suggestion is a 意见建议 on the product itself.
	Suggestion int64
	// Task is a 任务 of a plan.
	Task int64
	// Unit is a 单位 that can own duties.
	Unit int64
	// Unseal is a request to look at what was sealed 「解封申请」.
	Unseal int64
	// User is a person with an account.
	User int64
)

// ID is any of the typed ids.
type ID interface{ ~int64 }

// System is the user id under which the program itself acts.
const System User = 1

const (
	counterBits = 22
	counterMask = 1<<counterBits - 1
)

var epoch = time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)

var source struct {
	sync.Mutex
	counter uint32
}

func init() {
	var b [4]byte
	rand.Read(b[:])
	source.counter = binary.LittleEndian.Uint32(b[:]) & counterMask
}

// New makes an id at the given instant. Instants before 2024 count as 2024.
func New[T ID](now time.Time) T {
	ms := max(now.Sub(epoch).Milliseconds(), 0)
	source.Lock()
	source.counter = (source.counter + 1) & counterMask
	n := source.counter
	source.Unlock()
	return T(ms<<counterBits | int64(n))
}

var errID = errors.New("ref: not an id")

// Parse reads an id as Format writes it; anything else is an error.
func Parse[T ID](s string) (T, error) {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n <= 0 || s[0] == '+' {
		return 0, errID
	}
	return T(n), nil
}

// Format writes an id as it stands in addresses and forms.
func Format[T ID](id T) string { return strconv.FormatInt(int64(id), 10) }
