package roster

import (
	"strings"

	"weibao/internal/access"
	"weibao/internal/pinyin"
	"weibao/internal/region"
)

// Places finds the division which a list means, among those of the actor's scope.
type Places struct {
	scope    access.Scope
	names    map[string]string            // code → name as people say it
	towns    map[string]string            // name → code
	villages map[string]map[string]string // town's code → name → code
	anywhere map[string][]string          // village's name → codes
	only     string                       // the one town of the scope
	known    map[[2]string]found
}

type found struct{ code, problem string }

// Towns lists the first nine digits of the towns of the scope.
func (p *Places) Towns() []string {
	var out []string
	for code := range p.names {
		if len(access.Prefix(code)) == 9 {
			out = append(out, access.Town(code))
		}
	}
	if len(out) == 0 && p.only != "" {
		out = append(out, access.Town(p.only))
	}
	return out
}

// NewPlaces takes the divisions of the scope, the highest first.
func NewPlaces(scope access.Scope, list []region.Region) *Places {
	p := &Places{scope: scope, names: map[string]string{}, towns: map[string]string{}, villages: map[string]map[string]string{}, anywhere: map[string][]string{}, known: map[[2]string]found{}}
	for _, r := range list {
		p.names[r.Code] = r.ShortName
		switch r.Level {
		case region.Township:
			for _, n := range spellings(r) {
				p.towns[n] = r.Code
			}
			p.only = oneOf(p.only, r.Code)
		case region.Village:
			town := r.Town + "000"
			if p.villages[town] == nil {
				p.villages[town] = map[string]string{}
			}
			p.only = oneOf(p.only, town)
			for _, n := range spellings(r) {
				p.villages[town][n] = r.Code
				p.anywhere[n] = append(p.anywhere[n], r.Code)
			}
		}
	}
	if p.only == several {
		p.only = ""
	}
	return p
}

const several = "*"

func oneOf(known, code string) string {
	if known == "" || known == code {
		return code
	}
	return several
}

var endings = []string{"社区居民委员会", "居民委员会", "村民委员会", "社区居委会", "村委会", "居委会", "社区", "街道办事处", "街道", "民族乡", "镇", "乡", "村"}

// spellings are the ways in which lists write a division.
func spellings(r region.Region) []string {
	out := []string{bare(r.Name)}
	for _, s := range []string{r.Name, r.ShortName, bare(r.ShortName)} {
		if s = strings.TrimSpace(s); s != "" && s != out[0] {
			out = append(out, s)
		}
	}
	return out
}

// bare is a name without the word for what it is, as long as two characters are left.
func bare(name string) string {
	for _, e := range endings {
		if cut, ok := strings.CutSuffix(name, e); ok && len([]rune(cut)) >= 2 {
			return cut
		}
	}
	return name
}

// find gives the village of a row, or says what is wrong; column tells which of town and village.
func (p *Places) find(code, town, village, address string) (string, string, string) {
	if code != "" {
		return p.byCode(code)
	}
	key := [2]string{town, village}
	if village != "" {
		f, ok := p.known[key]
		if !ok {
			f.code, f.problem = p.byName(town, village)
			if len(p.known) < 50_000 {
				p.known[key] = f
			}
		}
		if f.problem != "" {
			return "", KeyVillage, f.problem
		}
		return f.code, "", ""
	}
	if found := p.inText(town, address); found != "" {
		return found, "", ""
	}
	if address != "" {
		return "", keyAddress, "从地址里认不出本辖区的村（社区）。请增加“乡镇”“村（社区）”两列，填写规范名称。"
	}
	return "", KeyVillage, "没有填写所在的村（社区）。请填写“乡镇”和“村（社区）”的规范名称。"
}

func (p *Places) byCode(code string) (string, string, string) {
	if len(code) == 9 {
		code += "000"
	}
	if p.names[code] == "" || access.Town(code) == "" {
		return "", KeyRegion, "区划代码不在您的职责范围内，或不是村级代码。请核对12位区划代码。"
	}
	return code, "", ""
}

func (p *Places) byName(town, village string) (code, problem string) {
	within := p.only
	if town != "" {
		if within = p.towns[trimPlace(town)]; within == "" {
			within = p.towns[bare(trimPlace(town))]
		}
		if within == "" {
			if within = p.townIn(town); within == "" {
				return "", "“" + town + "”不是您职责范围内的乡镇（街道）。请填写规范名称；不属于本辖区的，请转由当地导入。"
			}
		}
	}
	v := trimPlace(village)
	if within == "" {
		if t := p.townIn(v); t != "" {
			within = t
		}
	}
	for _, name := range []string{v, bare(v), p.below(v, within), bare(p.below(v, within))} {
		if name == "" {
			continue
		}
		if within != "" {
			if code := p.villages[within][name]; code != "" {
				return code, ""
			}
			continue
		}
		if codes := p.anywhere[name]; len(codes) == 1 {
			return codes[0], ""
		} else if len(codes) > 1 {
			return "", "有" + itoa(len(codes)) + "个乡镇都有“" + village + "”。请同时填写所在乡镇。"
		}
	}
	return "", p.nearest(within, v, village)
}

// below cuts county and town from the front of a village's name.
func (p *Places) below(v, within string) string {
	for code, name := range p.names {
		if access.Prefix(code) != "" && len(access.Prefix(code)) <= 9 && (within == "" || strings.HasPrefix(within, access.Prefix(code))) && name != "" {
			if _, after, ok := strings.Cut(v, name); ok && after != "" {
				v = after
			}
		}
	}
	return v
}

func (p *Places) townIn(text string) string {
	best, found := 0, ""
	for name, code := range p.towns {
		if len(name) > best && len([]rune(name)) > 2 && strings.Contains(text, name) {
			best, found = len(name), code
		}
	}
	return found
}

// inText looks for town and village in an address.
func (p *Places) inText(town, address string) string {
	within := p.only
	if t := p.towns[trimPlace(town)]; t != "" {
		within = t
	} else if t := p.townIn(address); t != "" {
		within = t
	}
	best, found := 0, ""
	for name, code := range p.villages[within] {
		if len(name) > best && len([]rune(name)) > 2 && strings.Contains(address, name) {
			best, found = len(name), code
		}
	}
	return found
}

// nearest says which village was probably meant.
func (p *Places) nearest(within, v, written string) string {
	where := "您的职责范围"
	if within != "" {
		where = p.names[within]
	}
	sound := pinyin.Full(bare(v))
	for name, code := range p.villages[within] {
		if s := pinyin.Full(name); len(s) > 0 && len(sound) > 0 && s[0] == sound[0] {
			return where + "没有“" + written + "”，是否为“" + p.names[code] + "”？请改为规范名称。"
		}
	}
	return where + "没有“" + written + "”这个村（社区）。请改为规范名称，或先核对所在乡镇。"
}

func trimPlace(s string) string {
	return strings.TrimSpace(strings.Join(strings.Fields(s), ""))
}
