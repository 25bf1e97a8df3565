package report

import (
	"context"
	"database/sql"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"guanxi/base/fault"
)

// The program's own reading of a statement: DuckDB parses it into a tree, and every node of the tree must be one that is
// known to be harmless. Whatever is not named here is refused, so that what a new version of the engine adds is too.

var (
	nodeTypes = set("SELECT_NODE", "SET_OPERATION_NODE")
	refTypes  = set("EMPTY", "JOIN", "SUBQUERY", "EXPRESSION_LIST", "BASE_TABLE", "TABLE_FUNCTION")
	classes   = set("CONSTANT", "COLUMN_REF", "COMPARISON", "CONJUNCTION", "OPERATOR", "CASE", "CAST", "STAR", "SUBQUERY", "BETWEEN", "FUNCTION", "WINDOW", "LAMBDA", "LAMBDA_REF", "PARAMETER", "POSITIONAL_REFERENCE")
	// plainName is what a table or CTE may be called: nothing that could be read as a file
	plainName = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_]{0,62}$`)

	tableFunctions = set("unnest", "range", "generate_series")
	functions      = set(strings.Fields(`
+ - * / // % ^ ** || ~~ !~~ ~~* !~~* ~~~ & | << >> !  @ -> ->> <-> ~ @> <@ && ^@
count count_star sum avg min max any_value first last arg_min arg_max median mode quantile quantile_cont quantile_disc approx_count_distinct approx_quantile
stddev stddev_pop stddev_samp variance var_pop var_samp corr covar_pop covar_samp regr_slope regr_intercept regr_r2 regr_count skewness kurtosis entropy
bool_and bool_or count_if sum_no_overflow fsum favg string_agg group_concat listagg list array_agg histogram max_by min_by product
row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value
abs ceil ceiling floor round trunc sign sqrt cbrt exp ln log log2 log10 pow power mod greatest least pi sin cos tan atan atan2 degrees radians isnan isinf isfinite even gcd lcm add subtract multiply divide
coalesce ifnull nullif if error case
lower upper length len strlen trim ltrim rtrim substring substr left right replace split_part string_split str_split concat concat_ws contains starts_with ends_with prefix suffix position strpos instr reverse ascii chr
regexp_matches regexp_extract regexp_replace regexp_full_match like_escape ilike_escape not_like_escape not_ilike_escape levenshtein jaro_winkler_similarity format printf to_base hash md5 sha256
date_trunc date_part datepart extract date_diff datediff date_sub date_add year quarter month week day dayofweek isodow dow dayofyear weekday weekofyear yearweek hour minute second millisecond epoch epoch_ms make_date make_time make_timestamp make_timestamptz
to_timestamp timezone strftime strptime try_strptime last_day monthname dayname time_bucket age to_days to_months to_years to_hours to_minutes to_seconds to_weeks to_milliseconds century decade era julian isoyear today current_date now current_timestamp get_current_timestamp
list_value list_contains list_has list_has_any list_has_all list_distinct list_unique list_sort list_reverse_sort list_extract list_element list_slice array_extract array_contains array_length list_position list_filter list_transform list_sum list_avg list_min list_max list_count list_concat list_aggregate list_first list_last array_slice unnest struct_extract struct_pack row map map_keys map_values map_extract element_at cardinality
json_extract json_extract_string json_extract_path json_extract_path_text json_keys json_type json_array_length json_valid json_exists json_value json_contains json_structure json_transform from_json to_json json_object json_array
grouping grouping_id cast try_cast typeof`)...)
)

func set(names ...string) map[string]bool {
	all := make(map[string]bool, len(names))
	for _, n := range names {
		all[n] = true
	}
	return all
}

// statementLength bounds what a person may write.
const statementLength = 50_000

// checkStatement says why a text may not be run: it must be one SELECT over views, and what it uses must be known. Faults:
// invalid.
func checkStatement(ctx context.Context, conn *sql.Conn, text string, views []string) error {
	if strings.TrimSpace(text) == "" {
		return fault.Invalid("query", "is_missing")
	}
	if len(text) > statementLength {
		return fault.Invalid("query", "too_long", statementLength)
	}
	var tree string
	if err := conn.QueryRowContext(ctx, "select cast(json_serialize_sql(?::varchar) as varchar)", text).Scan(&tree); err != nil {
		return fault.Invalid("query", "statement_unreadable", firstLine(err.Error()))
	}
	var read struct {
		Error      bool   `json:"error"`
		Type       string `json:"error_type"`
		Message    string `json:"error_message"`
		Statements []struct {
			Node map[string]any `json:"node"`
		} `json:"statements"`
	}
	decoder := json.NewDecoder(strings.NewReader(tree))
	decoder.UseNumber()
	if err := decoder.Decode(&read); err != nil {
		return fault.Invalid("query", "statement_unreadable", "")
	}
	switch {
	case read.Error && read.Type == "not implemented":
		return fault.Invalid("query", "statement_not_a_select")
	case read.Error:
		return fault.Invalid("query", "statement_unreadable", firstLine(read.Message))
	case len(read.Statements) != 1:
		return fault.Invalid("query", "statements_several")
	}
	return (&reading{views: views}).node(read.Statements[0].Node, nil)
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	if len(line) > 300 {
		line = line[:300]
	}
	return line
}

// reading walks the tree of a statement. known are the CTEs in sight of a node.
type reading struct{ views []string }

func refused(what string) error { return fault.Invalid("query", "statement_not_allowed", what) }

// node checks a query: its CTEs, each of which sees those before it, and then everything else in it.
func (r *reading) node(node map[string]any, known []string) error {
	kind, _ := node["type"].(string)
	if !nodeTypes[kind] {
		if kind == "RECURSIVE_CTE_NODE" {
			return refused("with recursive")
		}
		return refused(strings.ToLower(kind))
	}
	known = slices.Clone(known)
	if ctes, ok := node["cte_map"].(map[string]any); ok {
		list, _ := ctes["map"].([]any)
		for _, each := range list {
			entry, _ := each.(map[string]any)
			name, _ := entry["key"].(string)
			value, _ := entry["value"].(map[string]any)
			query, _ := value["query"].(map[string]any)
			inner, _ := query["node"].(map[string]any)
			if !plainName.MatchString(name) || inner == nil {
				return refused("with " + name)
			}
			if err := r.node(inner, known); err != nil {
				return err
			}
			known = append(known, strings.ToLower(name))
		}
	}
	for key, value := range node {
		if key == "cte_map" || key == "type" {
			continue
		}
		if err := r.walk(value, known); err != nil {
			return err
		}
	}
	return nil
}

// walk checks whatever stands inside a query.
func (r *reading) walk(value any, known []string) error {
	switch v := value.(type) {
	case []any:
		for _, each := range v {
			if err := r.walk(each, known); err != nil {
				return err
			}
		}
	case map[string]any:
		return r.object(v, known)
	}
	return nil
}

func (r *reading) object(v map[string]any, known []string) error {
	kind, typed := v["type"].(string)
	class, isExpression := v["class"].(string)
	_, isNode := v["cte_map"]
	_, isRef := v["sample"]
	switch {
	case isExpression:
		if !classes[class] {
			return refused(strings.ToLower(class))
		}
		if class == "CONSTANT" {
			return nil
		}
		if class == "FUNCTION" || class == "WINDOW" {
			if err := r.function(v, functions); err != nil {
				return err
			}
		}
	case isNode:
		return r.node(v, known)
	case isRef && typed:
		if !refTypes[kind] {
			return refused(strings.ToLower(kind))
		}
		switch kind {
		case "BASE_TABLE":
			return r.table(v, known)
		case "TABLE_FUNCTION":
			call, _ := v["function"].(map[string]any)
			if call == nil || call["class"] != "FUNCTION" {
				return refused("table function")
			}
			if err := r.function(call, tableFunctions); err != nil {
				return err
			}
			return r.walk(call["children"], known)
		}
	}
	for key, each := range v {
		if key == "type" || key == "class" || class == "CAST" && key == "cast_type" {
			continue
		}
		if err := r.walk(each, known); err != nil {
			return err
		}
	}
	return nil
}

func (r *reading) function(v map[string]any, allowed map[string]bool) error {
	name, _ := v["function_name"].(string)
	schema, _ := v["schema"].(string)
	catalog, _ := v["catalog"].(string)
	if !allowed[strings.ToLower(name)] || schema != "" && schema != "main" || catalog != "" && catalog != "system" {
		return refused(name + "()")
	}
	return nil
}

// table checks a name that data is taken from: a CTE in sight, or a view; never one of a schema or of a file.
func (r *reading) table(v map[string]any, known []string) error {
	name, _ := v["table_name"].(string)
	schema, _ := v["schema_name"].(string)
	catalog, _ := v["catalog_name"].(string)
	lower := strings.ToLower(name)
	if schema != "" || catalog != "" || !plainName.MatchString(name) || v["at_clause"] != nil || v["sample"] != nil && !slices.Contains(r.views, lower) {
		return refused(strings.Join(slices.DeleteFunc([]string{catalog, schema, name}, func(s string) bool { return s == "" }), "."))
	}
	if !slices.Contains(known, lower) && !slices.Contains(r.views, lower) {
		return fault.Invalid("query", "table_unknown", name)
	}
	return nil
}
