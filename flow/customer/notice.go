package customer

import (
	"context"
	"strconv"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/base/fault"
	"guanxi/guard"
)

// Notice is a text that people were shown when they were asked for a purpose. It never changes: what somebody agreed to is
// what stood there. AskAgain says that what was agreed to before does not cover it.
type Notice struct {
	ID        int64  `bun:"id"`
	Purpose   string `bun:"purpose"`
	Number    int64  `bun:"number"`
	TextZH    string `bun:"text_zh"`
	TextEN    string `bun:"text_en"`
	AskAgain  bool   `bun:"ask_again"`
	StaffID   *int64 `bun:"staff_id"`
	CreatedAt int64  `bun:"created_at"`
}

// loadNotices gives the notices of a purpose ("" for all), newest first.
func loadNotices(ctx context.Context, from bun.IDB, purpose string) (all []Notice, err error) {
	err = from.NewRaw(`
select id, purpose, number, text_zh, text_en, ask_again, staff_id, created_at
from consent_notices
where (? = '' or purpose = ?)
order by purpose, number desc`, purpose, purpose).Scan(ctx, &all)
	return all, err
}

// NoticeDraft is the next version of a purpose's notice.
type NoticeDraft struct {
	Text     NoticeText `json:"text"`
	AskAgain bool       `json:"ask_again,omitempty" doc:"what was agreed to before does not cover this text: whoever agreed to an earlier one is not reached for the purpose until she has agreed anew"`
}

// NoticeText is the text of a notice in both languages.
type NoticeText struct {
	Chinese string `json:"zh-CN" minLength:"1" maxLength:"10000"`
	English string `json:"en-US" minLength:"1" maxLength:"10000"`
}

// PublishNotice puts up the next version of a purpose's notice and gives its number. What was said before stays as it was
// said. Faults: not found, invalid.
func (s *Store) PublishNotice(ctx context.Context, purpose string, d NoticeDraft) (number int64, err error) {
	zh, en := trimmed(d.Text.Chinese), trimmed(d.Text.English)
	var wrong []fault.Field
	if utf8.RuneCountInString(zh) == 0 {
		wrong = append(wrong, fault.Field{Field: "text.zh-CN", Key: "required"})
	}
	if utf8.RuneCountInString(en) == 0 {
		wrong = append(wrong, fault.Field{Field: "text.en-US", Key: "required"})
	}
	if len(wrong) > 0 {
		return 0, fault.Invalids(wrong)
	}
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		// taking the version lets the second of two wait for the first, so that each gets a number of its own
		n, err := tx.Do(ctx, "update consent_purposes set version = version + 1 where key = ?", purpose)
		if err != nil {
			return err
		}
		if n == 0 {
			return fault.NotFound("purpose", purpose)
		}
		if err := tx.NewRaw("select coalesce(max(number), 0) + 1 from consent_notices where purpose = ?", purpose).Scan(ctx, &number); err != nil {
			return err
		}
		id, err := tx.NextID(ctx, "consent_notices")
		if err != nil {
			return err
		}
		if _, err := tx.Do(ctx, "insert into consent_notices (id, purpose, number, text_zh, text_en, ask_again, staff_id, created_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
			id, purpose, number, zh, en, d.AskAgain, actingStaff(ctx), clock.Millis(ctx)); err != nil {
			return err
		}
		tx.Feed(purposeSubject, 1)
		if d.AskAgain {
			var ids []int64
			if err := tx.NewRaw("select distinct customer_id from consents where purpose = ?", purpose).Scan(ctx, &ids); err != nil {
				return err
			}
			tx.Feed("customers", ids...)
		}
		return guard.Audit(ctx, tx, "notice.published", "purpose", purpose, map[string]any{"number": strconv.FormatInt(number, 10), "ask_again": d.AskAgain})
	})
	if err != nil {
		return 0, err
	}
	return number, s.purposes.Load(ctx)
}
