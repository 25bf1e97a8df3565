package api

import (
	"context"
	"encoding/base64"
	"strings"

	"guanxi/base/keys"
)

const sealedAnswer = "sealed:"

// sealAnswer encrypts an answer that is kept: it may tell what records themselves only hold encrypted. Where no keys are
// known it stays as it is.
func sealAnswer(ctx context.Context, operation, body string) (string, error) {
	k := keys.Of(ctx)
	if k == nil || body == "" {
		return body, nil
	}
	cipher, err := k.Cipher("kept answers")
	if err != nil {
		return "", err
	}
	sealed, err := cipher.Encrypt([]byte(body), []byte(operation))
	return sealedAnswer + base64.RawStdEncoding.EncodeToString(sealed), err
}

// openAnswer is the reverse of sealAnswer. An answer always is JSON, so that none begins as a sealed one does.
func openAnswer(ctx context.Context, operation, kept string) (string, error) {
	text, sealed := strings.CutPrefix(kept, sealedAnswer)
	k := keys.Of(ctx)
	if !sealed || k == nil {
		return kept, nil
	}
	cipher, err := k.Cipher("kept answers")
	if err != nil {
		return "", err
	}
	bytes, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return "", err
	}
	body, err := cipher.Decrypt(bytes, []byte(operation))
	return string(body), err
}
