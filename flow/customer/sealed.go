package customer

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"regexp"
	"strings"

	"guanxi/base/fault"
	"guanxi/base/field"
	secret "guanxi/base/keys"
	"guanxi/base/workspace"
)

// Values of sensitive fields stand sealed in records (AES-256-GCM), wherever records keep them: in the customer, in the
// history, in what an import or a repair replaced. A sealed value is a text
//
//	sealed:KEY:INDEX:CIPHERTEXT
//
// KEY names the key it was sealed with, so that those of earlier keys are found; INDEX is a keyed hash of field and value
// (HMAC-SHA-256, 128 bits of it), by which equal values are found without being opened. Columns hold the index alone.
const sealedPrefix = "sealed:"

// sealer seals and opens values of sensitive fields.
type sealer struct {
	cipher secret.Cipher
	namer  secret.Namer
	key    string
}

// sealerOf gives the sealer of the instance. Fault: unavailable, where its keys are not known.
func sealerOf(ctx context.Context) (*sealer, error) {
	k := secret.Of(ctx)
	if k == nil {
		return nil, fault.Unavailable("keys_missing", nil)
	}
	s := &sealer{key: k.Current()}
	var err error
	if s.cipher, err = k.Cipher("sensitive fields"); err != nil {
		return nil, err
	}
	s.namer, err = k.Namer("sensitive fields")
	return s, err
}

// index gives the keyed hash by which equal values of a field are found.
func (s *sealer) index(key string, value any) (string, error) {
	name, err := s.namer.Name([]byte(key + "\x00" + folded(plainText(value))))
	if err != nil {
		return "", err
	}
	return hex.EncodeToString(name[:16]), nil
}

// plainText is a value as its index is reckoned from: a text as it is, anything else as JSON.
func plainText(value any) string {
	if text, is := value.(string); is {
		return text
	}
	return jsonText(value)
}

func (s *sealer) seal(key string, value any) (string, error) {
	index, err := s.index(key, value)
	if err != nil {
		return "", err
	}
	sealed, err := s.cipher.Encrypt([]byte(jsonText(value)), []byte(key))
	return sealedPrefix + s.key + ":" + index + ":" + base64.RawStdEncoding.EncodeToString(sealed), err
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

// sealedIndex gives the part by which equal sealed values are equal.
func sealedIndex(sealed string) string {
	if parts := strings.SplitN(sealed, ":", 4); len(parts) == 4 {
		return parts[2]
	}
	return sealed
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
		if index, err := s.index(f.Key, value); err != nil || index == sealedIndex(text) {
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

// indexMark begins a blind index where a value could stand.
const indexMark = "#"

var blindIndex = regexp.MustCompile(`^#[0-9a-f]{32}$`)

// BlindIndex gives what columns hold in the place of a value of a sensitive field: equal values have equal ones. Faults:
// invalid value (key says why), unavailable.
func BlindIndex(ctx context.Context, f *field.Field, given any) (index, key string, err error) {
	if text, is := given.(string); is && blindIndex.MatchString(text) {
		return text, "", nil // a condition that was kept
	}
	value, key := readValue(f, given, workspace.Of(ctx).Country)
	if key != "" || value == nil {
		return "", key, nil
	}
	s, err := sealerOf(ctx)
	if err != nil {
		return "", "", err
	}
	index, err = s.index(f.Key, value)
	return indexMark + index, "", err
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
