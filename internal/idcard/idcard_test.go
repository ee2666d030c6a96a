package idcard_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"weibao/internal/civil"
	"weibao/internal/idcard"
)

func TestExamplesOfTheStandardAreValid(t *testing.T) {
	for _, c := range []struct {
		number, birth string
		sex           idcard.Sex
	}{
		{"11010519491231002X", "1949-12-31", idcard.Female},
		{"440524188001010014", "1880-01-01", idcard.Male},
		{" 110105 19491231 002x ", "1949-12-31", idcard.Female},
		{"\uFF11\uFF11\uFF10\uFF11\uFF10\uFF15\uFF11\uFF19\uFF14\uFF19\uFF11\uFF12\uFF13\uFF11\uFF10\uFF10\uFF12\uFF38", "1949-12-31", idcard.Female},
	} {
		card, err := idcard.Parse(c.number)
		if err != nil || card.Birth != civil.MustParse(c.birth) || card.Sex != c.sex {
			t.Errorf("%+v, %v", card, err)
		}
	}
}

func TestEachFaultHasItsOwnCure(t *testing.T) {
	for _, c := range []struct {
		number string
		want   error
	}{
		{"", idcard.ErrEmpty}, {"  ", idcard.ErrEmpty},
		{"110105491231002", idcard.ErrOldFifteen},
		{"11010519491231002", idcard.ErrLength}, {"11010519491231002X1", idcard.ErrLength},
		{"1101051949123100XX", idcard.ErrCharacter}, {"11010519491231002Y", idcard.ErrCharacter}, {"一1010519491231002X", idcard.ErrCharacter},
		{"110105194913310020", idcard.ErrBirth}, {"110105184912310020", idcard.ErrBirth},
		{"110105194912310021", idcard.ErrCheck},
	} {
		if _, err := idcard.Parse(c.number); !errors.Is(err, c.want) {
			t.Errorf("%q: %v, want %v", c.number, err, c.want)
		}
	}
}

func TestPapersAreToldApart(t *testing.T) {
	for division, want := range map[string]idcard.Document{
		"990101": idcard.Citizen, "520525": idcard.Citizen, "810000": idcard.HongKongResident,
		"820000": idcard.MacaoResident, "830000": idcard.TaiwanResident, "911124": idcard.PermanentResident,
	} {
		n, err := idcard.Make(division, civil.MustParse("2015-06-01"), 12)
		if err != nil {
			t.Fatal(err)
		}
		if card, err := idcard.Parse(n); err != nil || card.Document != want {
			t.Errorf("%s: %s, %v", division, card.Document, err)
		}
	}
}

// A single wrong digit and a swap of two neighbours are what people mistype; ISO 7064 MOD 11-2 finds them all.
func TestMistypingIsFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		birth := civil.MustParse("1950-01-01").AddDays(rapid.IntRange(0, 30000).Draw(t, "days"))
		n, err := idcard.Make(rapid.StringMatching(`99[0-9]{4}`).Draw(t, "division"), birth, rapid.IntRange(0, 999).Draw(t, "sequence"))
		if err != nil {
			t.Fatal(err)
		}
		if card, err := idcard.Parse(n); err != nil || card.Birth != birth {
			t.Fatalf("a made number is refused: %v", err)
		}
		i := rapid.IntRange(0, 16).Draw(t, "place")
		wrong := []byte(n)
		wrong[i] = '0' + (wrong[i]-'0'+byte(rapid.IntRange(1, 9).Draw(t, "by")))%10
		if _, err := idcard.Parse(string(wrong)); err == nil {
			t.Fatal("a wrong digit went through")
		}
		swapped := []byte(n)
		swapped[i], swapped[i+1] = swapped[i+1], swapped[i]
		if _, err := idcard.Parse(string(swapped)); err == nil && string(swapped) != n {
			t.Fatal("a swap went through")
		}
	})
}

func TestMasks(t *testing.T) {
	for _, c := range []struct{ got, want string }{
		{idcard.MaskNumber("11010519491231002X"), "110105********002X"},
		{idcard.MaskNumber("C12345678"), "C*******8"},
		{idcard.MaskNumber(""), ""},
		{idcard.MaskPhone("13812345678"), "138****5678"},
		{idcard.MaskPhone("8223456"), "*****56"},
		{idcard.MaskPhone("1"), "*"},
		{idcard.MaskName("张小三"), "张*三"},
		{idcard.MaskName("张三"), "张*"},
		{idcard.MaskName("欧阳小明"), "欧**明"},
		{idcard.MaskName("张"), "*"},
	} {
		if c.got != c.want {
			t.Errorf("%q, want %q", c.got, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"11010519491231002X", "11010519491231002X", "", "110105491231002"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		card, err := idcard.Parse(s)
		if err != nil && len(s) > 5 && strings.Contains(err.Error(), s) {
			t.Error("an error carries the number")
		}
		if err == nil && idcard.Normalize(s) != card.Number {
			t.Error("number and normal form differ")
		}
		idcard.MaskNumber(s)
		idcard.MaskPhone(s)
		idcard.MaskName(s)
	})
}
