package flow

import (
	"context"
	"strconv"
	"strings"

	"weibao/internal/access"
	"weibao/internal/casework/referral"
	"weibao/internal/child"
	"weibao/internal/civil"
	"weibao/internal/db"
	"weibao/internal/ref"
	"weibao/internal/region"
	"weibao/internal/rule/procedure"
)

// Along gives a child's file, and what of it can go along with a referral:
// each fact by the key under which topics ask for it. Look leaves a trace in
// the file: whoever sees the values looks at what is private.
func Along(ctx context.Context, tx *db.Tx, by access.Actor, cabinet *child.Cabinet, id ref.Child, look bool) (child.Child, []referral.Item, error) {
	c, err := cabinet.Get(ctx, tx, by, id)
	if err != nil {
		return c, nil, err
	}
	var d child.Dossier
	if look {
		f, err := cabinet.Reveal(ctx, tx, by, id, "case")
		if err != nil {
			return c, nil, err
		}
		d = f.Dossier
	} else {
		open, err := cabinet.Dossiers(ctx, tx, by, []ref.Child{id})
		if err != nil {
			return c, nil, err
		}
		d = open[id]
	}
	places, err := region.Places(ctx, tx, []string{c.Region})
	if err != nil {
		return c, nil, err
	}
	return c, items(c, d, places[c.Region], civil.DateOf(tx.Now.Time())), nil
}

// items lists the facts of a file that can go along; those without a value are left out.
func items(c child.Child, d child.Dossier, place string, on civil.Date) []referral.Item {
	values := map[string]string{
		"name": c.Name, "sex": c.Sex.Word(), "number": d.Number, "school": strings.TrimSpace(c.School + " " + c.Grade), "place": place, "address": d.Places.Residence.Text,
		"phone": d.Phone, "health": healthWords(d.Health),
	}
	if !c.Birth.IsZero() {
		values["birth"] = civil.FormatDate(c.Birth)
		years, _ := c.Age(on)
		values["age"] = strconv.Itoa(years) + "周岁"
	}
	values["guardian"], values["guardian_phone"] = people(d.Guardians())
	if p, ok := d.Caregiver(); ok {
		values["caregiver"], values["caregiver_phone"] = people([]child.Person{p})
	}
	if d.Contact != nil {
		values["contact"] = strings.TrimSpace(d.Contact.Name + " " + d.Contact.Phone)
	}
	var out []referral.Item
	for _, i := range procedure.Items {
		if values[i.Key] != "" {
			out = append(out, referral.Item{Key: i.Key, Label: i.Label, Value: values[i.Key]})
		}
	}
	return out
}

// people writes names with what they are to the child, and their phones. Who
// may not be contacted is marked, and his phone never goes along.
func people(list []child.Person) (names, phones string) {
	var who, numbers []string
	for _, p := range list {
		words := p.Name + "（" + child.LabelOf(child.Relations, p.Relation) + "）"
		if p.Blocked != "" {
			who = append(who, words+"，暂不得联系")
			continue
		}
		who = append(who, words)
		if p.Phone != "" {
			numbers = append(numbers, p.Name+" "+p.Phone)
		}
	}
	return strings.Join(who, "；"), strings.Join(numbers, "；")
}

func healthWords(h child.Health) string {
	var words []string
	if h.State != "" {
		words = append(words, h.State)
	}
	for _, d := range h.Disability {
		if d.Kind >= 1 && d.Kind <= len(child.DisabilityKinds) && d.Grade >= 1 && d.Grade <= len(child.DisabilityGrades) {
			words = append(words, child.DisabilityKinds[d.Kind-1]+child.DisabilityGrades[d.Grade-1])
		}
	}
	if h.Illness != "" {
		words = append(words, h.Illness)
	}
	return strings.Join(words, "，")
}
