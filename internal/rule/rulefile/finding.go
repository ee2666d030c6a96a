package rulefile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Finding is one mistake in the rule files: where it is and what to do.
type Finding struct {
	File    string
	Line    int // 0 where the file as a whole is meant
	Message string
}

// String is the finding as 文件:行: 原因.
func (f Finding) String() string {
	if f.Line == 0 {
		return fmt.Sprintf("%s: %s", f.File, f.Message)
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Message)
}

// Findings are mistakes in order of file and line; as an error it names the first ones.
type Findings []Finding

const findingsInError = 20

// Error lists the findings, one a line.
func (fs Findings) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "规则有%d处问题", len(fs))
	for i, f := range fs {
		if i == findingsInError {
			fmt.Fprintf(&b, "\n另有%d处,用 weibao rules check 查看", len(fs)-i)
			break
		}
		b.WriteString("\n" + f.String())
	}
	return b.String()
}

// Err is nil where nothing was found.
func (fs Findings) Err() error {
	if len(fs) == 0 {
		return nil
	}
	return fs
}

// Add notes a mistake.
func (fs *Findings) Add(file string, line int, format string, args ...any) {
	*fs = append(*fs, Finding{File: file, Line: line, Message: fmt.Sprintf(format, args...)})
}

// Tidy sorts and drops what was found twice, for a national file is read once for each county.
func (fs Findings) Tidy() Findings {
	slices.SortStableFunc(fs, func(a, b Finding) int {
		return cmp.Or(strings.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), strings.Compare(a.Message, b.Message))
	})
	return slices.Compact(fs)
}
