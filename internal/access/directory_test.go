package access_test

import (
	"testing"

	"weibao/internal/access"
)

func TestDirectoryIsTheCountyOrWhatIsLarger(t *testing.T) {
	for _, c := range []struct{ name, region, sees, not string }{
		{"village", "990101100200", "990101201000", "990102400000"},
		{"township", "990101100000", "990101000000", "990102000000"},
		{"county", "990101000000", "990101100200", "990102400400"},
		{"prefecture", "990100000000", "990102400400", "990200000000"},
		{"township of a prefecture without counties", "441900003000", "441900004001", "440100000000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			by := access.Actor{User: 7, Post: access.Post{Region: c.region, Role: access.SystemAdmin}}
			if s := by.Directory(); !s.Sees(0, c.sees) || s.Sees(0, c.not) {
				t.Errorf("%+v", s)
			}
		})
	}
	keeper := access.Actor{User: 7, Post: access.Post{Role: access.SystemAdmin}}
	if s := keeper.Directory(); !s.Sees(0, "990101000000") {
		t.Error("an administrator without a place does not see the installation")
	}
	if s := keeper.Scope(); s.Sees(0, "990101000000") {
		t.Error("an administrator sees what is not open")
	}
	if s := (access.Actor{User: 7, Post: access.Post{Role: access.Officer}}).Directory(); s.Sees(0, "990101000000") {
		t.Error("an officer without a place sees a directory")
	}
	if s := access.Program.Directory(); s.Sees(0, "990101000000") {
		t.Error("who has no post sees a directory")
	}
}
