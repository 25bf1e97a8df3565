package track

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"

	"guanxi/base/api"
	"guanxi/base/clock"
)

// transparent is an empty GIF of one pixel.
var transparent = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")

// pixel takes one event from where no script runs, a mail or a page of somebody else, out of the address of a picture:
// writeKey, event (picture_seen), userId or anonymousId, messageId, and every other name as a property. Without an id the
// event is one of nobody who could be seen twice. The picture comes in any case; whether the event was taken says a header.
func (t *Tracking) pixel(w http.ResponseWriter, r *http.Request) {
	taken := "yes"
	if err := t.takePixel(r); err != nil {
		taken = "no"
		api.Log(r.Context()).Debug("an event of a picture was not taken", "error", err)
	}
	w.Header().Set("X-Event-Taken", taken)
	w.Header().Set("Content-Type", "image/gif")
	_, _ = w.Write(transparent)
}

func (t *Tracking) takePixel(r *http.Request) error {
	ctx := r.Context()
	leave, err := t.intake.enter(1 << 10)
	if err != nil {
		return err
	}
	defer leave()
	asked := r.URL.Query()
	s, err := t.sourceOf(ctx, asked.Get("writeKey"))
	if err != nil {
		return err
	}
	m := map[string]any{"type": Track, "event": "picture_seen"}
	properties := map[string]any{}
	for name := range asked {
		switch value := asked.Get(name); name {
		case "writeKey":
		case "event", "userId", "anonymousId", "messageId":
			m[name] = value
		default:
			properties[name] = value
		}
	}
	if m["userId"] == nil && m["anonymousId"] == nil {
		random := make([]byte, 12)
		_, _ = rand.Read(random)
		m["anonymousId"] = "pixel-" + hex.EncodeToString(random)
	}
	m["properties"] = properties
	if from := r.Referer(); from != "" && properties["url"] == nil && !strings.Contains(from, "\x00") {
		m["context"] = map[string]any{"page": map[string]any{"url": from}}
	}
	body, err := json.Marshal(m)
	if err != nil {
		return err
	}
	given, err := read(body, Track, clock.Millis(ctx))
	if err != nil {
		t.noteRefusal(ctx, s, err)
		return err
	}
	return t.accept(r, s, Track, body, given)
}
