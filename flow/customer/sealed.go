package customer

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"guanxi/base/fault"
	"guanxi/base/field"
	secret "guanxi/base/keys"
)

// Values of sensitive fields stand sealed in records (AES-256-GCM), wherever records keep them: in the customer, in the
// history, in what an import or a repair replaced. A sealed value is a text
//
//	sealed:KEY:INDEX:CIPHERTEXT
//
// KEY names the keys it was sealed with, so that those of earlier keys are found; INDEX is a keyed hash of field and value
// (HMAC-SHA-256, 128 bits of it), by which equal values are found without being opened. While the key of the index is being
// replaced there are several, under the present key and those before, with points between: two values sealed at different
// times then still have one in common. Columns hold the index alone, the oldest where there are several.
const sealedPrefix = "sealed:"

// sealer seals and opens values of sensitive fields.
type sealer struct {
	cipher secret.Cipher
	lookup secret.Lookup
	key    string
	known  func(f *field.Field, index string) (sealed string, err error) // gives a value of some customer by its index
}

// sealerOf gives the sealer of the instance. Fault: unavailable, where its keys are not known.
func sealerOf(ctx context.Context) (*sealer, error) {
	k := secret.Of(ctx)
	if k == nil {
		return nil, fault.Unavailable("keys_missing", nil)
	}
	s := &sealer{key: k.Generation()}
	var err error
	if s.cipher, err = k.Cipher("sensitive fields"); err != nil {
		return nil, err
	}
	s.lookup, err = k.Lookup("sensitive fields")
	return s, err
}

// indexes gives the keyed hashes by which equal values of a field are found, that of the present key first.
func (s *sealer) indexes(key string, value any) ([]string, error) {
	names, err := s.lookup.Names([]byte(key + "\x00" + folded(plainText(value))))
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = hex.EncodeToString(name[:16])
	}
	return all, err
}

// plainText is a value as its index is reckoned from: a text as it is, anything else as JSON.
func plainText(value any) string {
	if text, is := value.(string); is {
		return text
	}
	return jsonText(value)
}

func (s *sealer) seal(key string, value any) (string, error) {
	indexes, err := s.indexes(key, value)
	if err != nil {
		return "", err
	}
	sealed, err := s.cipher.Encrypt([]byte(jsonText(value)), []byte(key))
	return sealedPrefix + s.key + ":" + strings.Join(indexes, ".") + ":" + base64.RawStdEncoding.EncodeToString(sealed), err
}

func (s *sealer) open(key, sealed string) (value any, err error) {
	parts := strings.SplitN(sealed, ":", 4)
	if len(parts) != 4 {
		return nil, fault.Unavailable("sealed_value_broken", nil)
	}
	text, err := base64.RawStdEncoding.DecodeString(parts[3])
	if err != nil {
		return nil, err
	}
	plain, err := s.cipher.Decrypt(text, []byte(key))
	if err != nil {
		return nil, err
	}
	err = json.Unmarshal(plain, &value)
	return value, err
}

// sealedText gives a kept value as a sealed one.
func sealedText(kept any) (string, bool) {
	text, is := kept.(string)
	return text, is && strings.HasPrefix(text, sealedPrefix)
}

// sealedIndexes gives the part by which equal sealed values are equal: they have one of these in common.
func sealedIndexes(sealed string) []string {
	if parts := strings.SplitN(sealed, ":", 4); len(parts) == 4 {
		return strings.Split(parts[2], ".")
	}
	return []string{sealed}
}

func haveCommon(a, b []string) bool {
	return slices.ContainsFunc(a, func(each string) bool { return slices.Contains(b, each) })
}

// sealedWith names the key a value was sealed with.
func sealedWith(sealed string) string {
	if parts := strings.SplitN(sealed, ":", 4); len(parts) == 4 {
		return parts[1]
	}
	return ""
}

// opened gives a kept value as it was said; nil where it is sealed and cannot be opened.
func openedValue(ctx context.Context, key string, kept any) any {
	text, sealed := sealedText(kept)
	if !sealed {
		return kept
	}
	s, err := sealerOf(ctx)
	if err != nil {
		return nil
	}
	value, err := s.open(key, text)
	if err != nil {
		return nil
	}
	return value
}

// openedFields gives custom fields as they were said.
func openedFields(ctx context.Context, custom string) map[string]any {
	fields := customFields(custom)
	for key, kept := range fields {
		if _, sealed := sealedText(kept); sealed {
			fields[key] = openedValue(ctx, key, kept)
		}
	}
	return fields
}

// sealedValue gives a value as the record keeps it: sealed where the field is sensitive. One that says the same as what
// stands stays as it stands.
func sealedValue(ctx context.Context, f *field.Field, value, stands any) (any, error) {
	if !f.Sealed() || value == nil {
		return value, nil
	}
	if _, already := sealedText(value); already {
		return value, nil
	}
	s, err := sealerOf(ctx)
	if err != nil {
		return nil, err
	}
	if text, sealed := sealedText(stands); sealed {
		if indexes, err := s.indexes(f.Key, value); err != nil || haveCommon(indexes, sealedIndexes(text)) {
			return stands, err
		}
	}
	return s.seal(f.Key, value)
}

// sealRows seals what the rows of a file bring for sensitive fields.
func sealRows(ctx context.Context, own *field.Set, names []string, rows []customerRow) error {
	for _, name := range names {
		f, known := own.Find(name)
		if !known {
			f, _, known = own.Part(name)
		}
		if !known || !f.Sealed() {
			continue
		}
		name = f.Key
		for i := range rows {
			if rows[i].Custom == "" || rows[i].Custom == "{}" {
				continue
			}
			fields := customFields(rows[i].Custom)
			value, err := sealedValue(ctx, f, fields[name], nil)
			if err != nil {
				return err
			}
			if value != nil {
				fields[name] = value
				rows[i].Custom = customText(fields)
			}
		}
	}
	return nil
}

// HideSealed puts stars in the place of sealed values, for checks that only need to know that there is one.
func HideSealed(fields map[string]any) {
	for name, kept := range fields {
		if _, sealed := sealedText(kept); sealed {
			fields[name] = "****"
		}
	}
}

// sameAttribute says that two attributes are the same as said: sealed ones may have been sealed at different times.
func sameAttribute(a, b string) bool {
	if a == b {
		return true
	}
	var x, y any
	return strings.Contains(a, sealedPrefix) && strings.Contains(b, sealedPrefix) && json.Unmarshal([]byte(a), &x) == nil && json.Unmarshal([]byte(b), &y) == nil && sameValue(x, y)
}
