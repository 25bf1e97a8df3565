package keys

import (
	"context"
	"encoding/base64"
	"encoding/binary"

	"guanxi/base/fault"
)

// Seal gives a text that only the keys of the instance in ctx open, for one purpose and bound to what it is about: moved
// elsewhere it does not open. "" stays "". Fault: unavailable, where no keys are known.
func Seal(ctx context.Context, purpose, text, about string) (string, error) {
	if text == "" {
		return "", nil
	}
	cipher, err := cipherOf(ctx, purpose)
	if err != nil {
		return "", err
	}
	sealed, err := cipher.Encrypt([]byte(text), []byte(about))
	return base64.StdEncoding.EncodeToString(sealed), err
}

// Unseal gives back what Seal was given. Fault: unavailable, when it was sealed with another key file.
func Unseal(ctx context.Context, purpose, sealed, about string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	cipher, err := cipherOf(ctx, purpose)
	if err != nil {
		return "", err
	}
	bytes, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return "", err
	}
	text, err := cipher.Decrypt(bytes, []byte(about))
	if err != nil {
		return "", fault.Unavailable("sealed_with_another_key", err)
	}
	return string(text), nil
}

// Resealed gives what Seal gave, sealed with the present key, and says whether it was not already. What does not open, such
// as what came from another instance, stays as it is.
func Resealed(ctx context.Context, purpose, sealed, about string) (fresh string, changed bool, err error) {
	bytes, err := base64.StdEncoding.DecodeString(sealed)
	if sealed == "" || err != nil || len(bytes) < 5 {
		return sealed, false, nil //nolint:nilerr // not ours
	}
	if k := Of(ctx); k != nil && binary.BigEndian.Uint32(bytes[1:]) == k.now.Load().primary {
		return sealed, false, nil
	}
	text, err := Unseal(ctx, purpose, sealed, about)
	if fault.Is(err, fault.KindUnavailable) {
		return sealed, false, nil
	}
	if err != nil {
		return sealed, false, err
	}
	fresh, err = Seal(ctx, purpose, text, about)
	return fresh, err == nil, err
}

func cipherOf(ctx context.Context, purpose string) (Cipher, error) {
	k := Of(ctx)
	if k == nil {
		return nil, fault.Unavailable("key_file_unknown", nil)
	}
	return k.Cipher(purpose)
}
