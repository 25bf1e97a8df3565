package api

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
)

// maxKept bounds the bodies that are hashed and the answers that are kept for an Idempotency-Key.
const maxKept = 4 << 20

// Idempotent honours Idempotency-Key (IETF draft): the first request with a key is carried out, later ones get its
// answer, byte for byte. actor tells whose key it is. A key whose first request is still running, or was cut off
// before its answer could be kept, gives a conflict: its effect may be there, so it is never carried out again.
func Idempotent(records *db.DB, actor func(ctx context.Context) string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			key := r.Header.Get("Idempotency-Key")
			if key == "" || r.Method != http.MethodPost {
				next.ServeHTTP(w, r)
				return
			}
			if len(key) > 255 {
				Fail(w, r, fault.Invalid("Idempotency-Key", "too_long", 255))
				return
			}
			hash, err := hashRequest(r)
			if err != nil {
				Fail(w, r, err)
				return
			}
			k := idempotencyKey{records: records, actor: actor(r.Context()), key: key, hash: hash, operation: r.URL.Path}
			kept, err := k.claim(r.Context())
			switch {
			case err != nil:
				Fail(w, r, err)
			case kept != nil:
				w.Header().Set("Content-Type", "application/json")
				if kept.Status >= 400 {
					w.Header().Set("Content-Type", "application/problem+json")
				}
				w.Header().Set("Idempotency-Replayed", "true")
				w.WriteHeader(kept.Status)
				_, _ = io.WriteString(w, kept.Body)
			default:
				recorder := &recorder{ResponseWriter: w, status: http.StatusOK}
				next.ServeHTTP(recorder, r)
				if err := k.keep(context.WithoutCancel(r.Context()), recorder); err != nil {
					Log(r.Context()).Error("an answer could not be kept for its Idempotency-Key", "error", err)
				}
			}
		})
	}
}

// hashRequest covers the address and the body; the body of a large upload is covered by its length only.
func hashRequest(r *http.Request) (string, error) {
	h := sha256.New()
	_, _ = io.WriteString(h, r.Method+" "+r.URL.String()+" ")
	if r.ContentLength < 0 || r.ContentLength > maxKept {
		_, _ = io.WriteString(h, strconv.FormatInt(r.ContentLength, 10))
		return hex.EncodeToString(h.Sum(nil)), nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, maxKept))
	if err != nil {
		return "", fault.Invalid("body", "body_cut_off")
	}
	_, _ = h.Write(body)
	r.Body = io.NopCloser(bytes.NewReader(body))
	return hex.EncodeToString(h.Sum(nil)), nil
}

type idempotencyKey struct {
	records                     *db.DB
	actor, key, hash, operation string
}

type keptAnswer struct {
	Hash   string `bun:"request_hash"`
	Status int    `bun:"status"`
	Body   string `bun:"body"`
}

// claim takes the key, or gives the answer that it has already.
func (k idempotencyKey) claim(ctx context.Context) (*keptAnswer, error) {
	err := k.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		now := clock.Now(ctx)
		if _, err := tx.NewRaw("delete from idempotency_keys where actor = ? and key = ? and created_at < ?",
			k.actor, k.key, now.Add(-24*time.Hour).UnixMilli()).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewRaw("insert into idempotency_keys (actor, key, operation, request_hash, created_at) values (?, ?, ?, ?, ?)",
			k.actor, k.key, k.operation, k.hash, now.UnixMilli()).Exec(ctx)
		return err
	})
	if err == nil || !db.IsUnique(err) {
		return nil, err
	}
	var kept []keptAnswer
	if err := k.records.Read().NewRaw("select request_hash, coalesce(status, 0) as status, coalesce(body, '') as body from idempotency_keys where actor = ? and key = ?",
		k.actor, k.key).Scan(ctx, &kept); err != nil {
		return nil, err
	}
	switch {
	case len(kept) == 0:
		return nil, fault.Conflict("idempotency_key_in_use")
	case kept[0].Hash != k.hash:
		return nil, fault.Invalid("Idempotency-Key", "idempotency_key_of_another_request")
	case kept[0].Status == 0:
		return nil, fault.Conflict("idempotency_key_in_use")
	}
	kept[0].Body, err = openAnswer(ctx, k.operation, kept[0].Body)
	return &kept[0], err
}

// keep stores the answer; one that says "try again" gives the key back.
func (k idempotencyKey) keep(ctx context.Context, r *recorder) error {
	return k.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if r.status >= 500 || r.status == http.StatusTooManyRequests || r.status == http.StatusUnauthorized {
			_, err := tx.NewRaw("delete from idempotency_keys where actor = ? and key = ?", k.actor, k.key).Exec(ctx)
			return err
		}
		if r.tooLong {
			return errors.New("answer above the bound")
		}
		body, err := sealAnswer(ctx, k.operation, r.body.String())
		if err != nil {
			return err
		}
		_, err = tx.NewRaw("update idempotency_keys set status = ?, body = ? where actor = ? and key = ?",
			r.status, body, k.actor, k.key).Exec(ctx)
		return err
	})
}

type recorder struct {
	http.ResponseWriter
	status  int
	body    bytes.Buffer
	tooLong bool
}

func (r *recorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.body.Len()+len(b) > maxKept {
		r.tooLong = true
	} else {
		r.body.Write(b)
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }
