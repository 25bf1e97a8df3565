//go:build ignore

// Writes divisions.txt from a folder with provinces.csv, cities.csv and areas.csv (code,name,... as the Administrative-
// divisions-of-China data set has them): go run generate.go FOLDER
package main

import (
	"encoding/csv"
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"
)

func main() {
	folder := os.Args[1]
	var out strings.Builder
	out.WriteString(`# Divisions of mainland China at county level and above: code and name as the National Bureau of Statistics gives them
# (统计用区划代码), from the data set modood/Administrative-divisions-of-China (WTFPL), state of 2023.
# A province, then a line for each of its cities with the county-level places in it, each with the last two digits of its code.
`)
	areas := map[string][]string{}
	for _, a := range rows(folder, "areas.csv") {
		areas[a[2]] = append(areas[a[2]], a[0][4:]+a[1])
	}
	cities := map[string][]string{}
	for _, c := range rows(folder, "cities.csv") {
		cities[c[2]] = append(cities[c[2]], strings.Join(append([]string{c[0] + c[1]}, areas[c[0]]...), " "))
	}
	for _, p := range rows(folder, "provinces.csv") {
		fmt.Fprintf(&out, "%s%s\n%s\n", p[0], p[1], strings.Join(cities[p[0]], "\n"))
	}
	if err := os.WriteFile("divisions.txt", []byte(out.String()), 0o644); err != nil {
		log.Fatal(err)
	}
}

func rows(folder, name string) [][]string {
	f, err := os.Open(filepath.Join(folder, name))
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		log.Fatal(err)
	}
	return all[1:]
}
