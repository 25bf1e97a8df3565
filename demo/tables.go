package demo

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
)

var (
	//go:embed tables/surnames.txt
	surnameTable string
	//go:embed tables/given.txt
	givenTable string
	//go:embed tables/places.txt
	placeTable string
	//go:embed tables/products.txt
	productTable string
)

// tables are the names, places and articles a company is made from. Surnames
// are weighted by how common they are in China; the rare ones at the end are
// those whose reading as a name differs from the everyday one (单 shàn, 仇 qiú).
type tables struct {
	surnames      []string
	surnameWeight weights
	given         map[string][]string
	places        []place
	placeWeight   weights
	products      []Product
	// byCategory lists indexes into products for each of categories.
	byCategory [][]int
}

type place struct{ province, city, district string }

// categories in the order of customer tastes.
var categories = []string{"护肤", "彩妆", "香氛", "洗护", "家清", "纸品"}

func readTables() (*tables, error) {
	t := &tables{given: map[string][]string{}, byCategory: make([][]int, len(categories))}
	for line := range rows(surnameTable) {
		name, weight, _ := strings.Cut(line, " ")
		w, err := strconv.ParseFloat(weight, 64)
		if err != nil {
			return nil, fmt.Errorf("surname %q: %w", line, err)
		}
		t.surnames = append(t.surnames, name)
		t.surnameWeight.add(w)
	}
	for line := range rows(givenTable) {
		names := strings.Fields(line)
		t.given[names[0]] = names[1:]
	}
	for line := range rows(placeTable) {
		if err := t.readPlace(line); err != nil {
			return nil, err
		}
	}
	for line := range rows(productTable) {
		if err := t.readProducts(line); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// readPlace reads "province weight | city: district district; city: ...". The
// weight of a province goes to its first city for a half, as capitals draw more.
func (t *tables) readPlace(line string) error {
	head, cities, _ := strings.Cut(line, " | ")
	province, weight, _ := strings.Cut(head, " ")
	w, err := strconv.ParseFloat(weight, 64)
	if err != nil {
		return fmt.Errorf("place %q: %w", line, err)
	}
	parts := strings.Split(cities, "; ")
	for i, part := range parts {
		city, districts, _ := strings.Cut(part, ": ")
		share := w
		if len(parts) > 1 {
			share = w / 2
			if i > 0 {
				share = w / 2 / float64(len(parts)-1)
			}
		}
		names := strings.Fields(districts)
		for _, district := range names {
			t.places = append(t.places, place{province, city, district})
			t.placeWeight.add(share / float64(len(names)))
		}
	}
	return nil
}

// readProducts reads "category | brand | tier | name yuan, name yuan, ...".
func (t *tables) readProducts(line string) error {
	parts := strings.Split(line, " | ")
	if len(parts) != 4 {
		return fmt.Errorf("products %q: want four parts", line)
	}
	category := -1
	for i, name := range categories {
		if name == parts[0] {
			category = i
		}
	}
	if category < 0 {
		return fmt.Errorf("products %q: unknown category", line)
	}
	for article := range strings.SplitSeq(parts[3], ", ") {
		cut := strings.LastIndexByte(article, ' ')
		yuan, err := strconv.ParseInt(article[cut+1:], 10, 64)
		if err != nil {
			return fmt.Errorf("product %q: %w", article, err)
		}
		n := len(t.products) + 1
		t.byCategory[category] = append(t.byCategory[category], n-1)
		t.products = append(t.products, Product{
			Number: n, SKU: fmt.Sprintf("MH%d%03d", category+1, n), Name: article[:cut],
			Category: parts[0], Brand: parts[1], Tier: parts[2], Price: yuan * 100,
		})
	}
	return nil
}

// rows yields the lines of a table that are neither empty nor a comment.
func rows(table string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for line := range strings.Lines(table) {
			line = strings.TrimSpace(line)
			if line != "" && line[0] != '#' && !yield(line) {
				return
			}
		}
	}
}
