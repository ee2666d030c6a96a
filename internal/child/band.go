package child

import "weibao/internal/civil"

// UnknownBand holds children whose birth date is not known.
const UnknownBand = 9

// Bands are the age bands of the numbers, each from its first year up to the
// next one's 「民政统计 0–5、6–13、14–15、16–17」.
var Bands = []struct {
	Band, From int
	Label      string
}{
	{0, 0, "0—5周岁"}, {1, 6, "6—13周岁"}, {2, 14, "14—15周岁"}, {3, 16, "16—17周岁"}, {4, 18, "18周岁及以上"},
}

// BandLabel gives the word for a band.
func BandLabel(band int) string {
	for _, b := range Bands {
		if b.Band == band {
			return b.Label
		}
	}
	return "出生日期不详"
}

// bandOf gives the band on a day and the day on which it changes next, zero for never.
func bandOf(birth, on civil.Date) (band int, turns civil.Date) {
	if birth.IsZero() {
		return UnknownBand, civil.Date{}
	}
	age := civil.AgeOn(birth, on)
	for i, b := range Bands {
		if i+1 == len(Bands) {
			return b.Band, civil.Date{}
		}
		if age < Bands[i+1].From {
			return b.Band, birth.AddMonths(12 * Bands[i+1].From)
		}
	}
	return UnknownBand, civil.Date{}
}
