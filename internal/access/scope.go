package access

import (
	"strings"

	"weibao/internal/ref"
)

// Scope limits the rows that an actor's queries see. The zero Scope sees none.
type Scope struct {
	Reach  Reach
	Unit   ref.Unit
	Region string // 12 digits
}

// Directory gives the limits within which an actor sees open data, such as the
// names of places and units: the county of the present post, or the post's
// region where that is larger. Administrators whose post names no place look
// after the whole installation.
func (a Actor) Directory() Scope {
	region := a.Post.Region
	if region == "" && a.Post.Role.Admin() {
		return Scope{Reach: everywhere}
	}
	if county := County(region); county != "" {
		region = pad(county, "0")
	}
	return Scope{Reach: InRegion, Unit: a.Post.Unit, Region: region}
}

// Columns names a table's columns to which a scope applies. Town and County
// hold the first nine and six digits of the region, so that the scopes of
// townships and counties are equalities which an index serves in any order.
type Columns struct {
	Unit, Region, Town, County string
}

// ScopeColumns are the columns of a table (or alias) which keeps to the convention.
func ScopeColumns(alias string) Columns {
	return Columns{alias + ".unit", alias + ".region", alias + ".town", alias + ".county"}
}

// Where gives the SQL condition of the scope and its arguments.
//
// A post whose role reaches its region sees the region's subtree only; what
// was sent to its unit from elsewhere is found by asking for that unit.
func (s Scope) Where(c Columns) (string, []any) {
	switch s.Reach {
	case OwnUnit:
		return c.Unit + " = ?", []any{s.Unit}
	case InRegion:
		return s.inRegion(c)
	case everywhere:
		return "1 = 1", nil
	}
	return "1 = 0", nil
}

func (s Scope) inRegion(c Columns) (string, []any) {
	prefix := Prefix(s.Region)
	switch len(prefix) {
	case 0:
		return "1 = 0", nil
	case 12:
		return c.Region + " = ?", []any{s.Region}
	case 9:
		return c.Town + " = ?", []any{prefix}
	case 6:
		return c.County + " = ?", []any{prefix}
	}
	return "(" + c.Region + " BETWEEN ? AND ?)", []any{pad(prefix, "0"), pad(prefix, "9")}
}

// Sees tells the same for one row: the pure twin of Where.
func (s Scope) Sees(unit ref.Unit, region string) bool {
	switch s.Reach {
	case OwnUnit:
		return unit != 0 && unit == s.Unit
	case InRegion:
		prefix := Prefix(s.Region)
		return prefix != "" && strings.HasPrefix(region, prefix)
	case everywhere:
		return true
	}
	return false
}

// Prefix cuts a 12-digit region code to the digits that all regions below it
// share: 2 of a province, 4 of a prefecture, 6 of a county, 9 of a township,
// 12 of a village. What is no region code has none.
func Prefix(code string) string {
	if len(code) != 12 || strings.Trim(code, "0123456789") != "" {
		return ""
	}
	for _, n := range []int{2, 4, 6, 9} {
		if strings.Trim(code[n:], "0") == "" {
			return code[:n]
		}
	}
	return code
}

// Town gives the first nine digits of a code of township level or below, else "".
func Town(code string) string { return cut(code, 9) }

// County gives the first six digits of a code of county level or below, else "".
func County(code string) string { return cut(code, 6) }

func cut(code string, n int) string {
	if len(Prefix(code)) < n {
		return ""
	}
	return code[:n]
}

func pad(prefix, fill string) string { return prefix + strings.Repeat(fill, 12-len(prefix)) }
