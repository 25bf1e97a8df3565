package customer

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"guanxi/base/field"
	"guanxi/base/workspace"
)

// indexMark begins a blind index where a value could stand: in columns, and in conditions kept by earlier releases.
const indexMark = "#"

var blindIndex = regexp.MustCompile(`^#[0-9a-f]{32}$`)

// blindText gives what columns hold in the place of a sealed value: its oldest index, which they hold for all values until
// the key before is dropped.
func blindText(sealed string) string {
	indexes := sealedIndexes(sealed)
	return indexMark + indexes[len(indexes)-1]
}

// KeptValue gives what a condition keeps of a value of a sensitive field: the value, sealed, so that it can be looked up by
// keys that are still to come. What was kept stays as it is. Faults: invalid value (key says why), unavailable.
func KeptValue(ctx context.Context, f *field.Field, given any) (kept, key string, err error) {
	s, err := sealerOf(ctx)
	if err != nil {
		return "", "", err
	}
	text, is := given.(string)
	if is && blindIndex.MatchString(text) {
		return text, "", nil
	}
	if _, sealed := sealedText(given); sealed {
		if _, err := s.open(f.Key, text); err != nil {
			return "", "value_not_of_field", nil //nolint:nilerr // not kept by us
		}
		return text, "", nil
	}
	value, key := readValue(f, given, workspace.Of(ctx).Country)
	if key != "" || value == nil {
		return "", key, nil
	}
	kept, err = s.seal(f.Key, value)
	return kept, "", err
}

// BlindIndexes gives what columns may hold for a value that a condition has kept: under the keys of when it was kept, and
// under those of now. Fault: unavailable.
func BlindIndexes(ctx context.Context, f *field.Field, kept string) (all []string, err error) {
	sealed, is := sealedText(kept)
	if !is {
		return []string{kept}, nil
	}
	var now []string
	if s, err := sealerOf(ctx); err == nil { // else what was kept must do
		value, err := s.open(f.Key, sealed)
		if err != nil {
			return nil, err
		}
		if now, err = s.indexes(f.Key, value); err != nil {
			return nil, err
		}
	}
	for _, index := range slices.Concat(now, sealedIndexes(sealed)) {
		if index = indexMark + index; !slices.Contains(all, index) {
			all = append(all, index)
		}
	}
	return all, nil
}

// resealCondition seals anew the values a kept condition asks for. An index that an earlier release kept becomes the value
// of a customer who has it; where nobody has, it stays, for it finds nobody.
func (s *sealer) resealCondition(f *field.Field, text string) (string, error) {
	for _, each := range sealedInText.FindAllString(text, -1) {
		if sealedWith(each) == s.key {
			continue
		}
		value, err := s.open(f.Key, each)
		if err != nil {
			continue // of another field: sealed values are bound to theirs
		}
		fresh, err := s.seal(f.Key, value)
		if err != nil {
			return text, err
		}
		text = strings.ReplaceAll(text, each, fresh)
	}
	for _, match := range indexInText.FindAllStringSubmatch(text, -1) {
		sealed, err := s.known(f, match[1])
		if err != nil {
			return text, err
		}
		if sealed != "" {
			text = strings.ReplaceAll(text, match[0], `"`+sealed+`"`)
		}
	}
	return text, nil
}

// valueWithIndex gives the sealed value of some customer that has the index; "" where nobody has such a one.
func (s *Store) valueWithIndex(ctx context.Context, f *field.Field, index string) (string, error) {
	var held []string
	err := s.records.Read().NewRaw("select custom from customers where custom like ? limit 20", "%"+index+"%").Scan(ctx, &held)
	for _, custom := range held {
		if sealed, is := sealedText(customFields(custom)[f.Key]); is && slices.Contains(sealedIndexes(sealed), index) {
			return sealed, nil
		}
	}
	return "", err
}

var (
	sealedInText = regexp.MustCompile(`sealed:[0-9a-f.]+:[0-9a-f.]+:[A-Za-z0-9+/]+`)
	indexInText  = regexp.MustCompile(`"#([0-9a-f]{32})"`)
)
