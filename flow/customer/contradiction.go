package customer

import (
	"context"
	"encoding/json"
	"time"

	"guanxi/base/api"
	"guanxi/base/clock"
	"guanxi/base/db"
	"guanxi/guard"
)

// Contradiction is why a person is to decide whether two customers are one: of the keys that a source brought together for
// one of its people, the sort Sure names the one and the sort Kind the other.
type Contradiction struct {
	Source string `json:"source"`
	Sure   string `json:"sure"`
	Kind   string `json:"kind"`
	At     int64  `json:"at"`
}

// ContradictionView is a contradiction in words.
type ContradictionView struct {
	Source string    `json:"source"`
	Sure   string    `json:"sure" doc:"the surer sort of key, which names the one"`
	Kind   string    `json:"kind" doc:"the sort of key that names the other"`
	Import *api.ID   `json:"import_id" doc:"the import that brought them"`
	At     time.Time `json:"at"`
	ZH     string    `json:"zh-CN"`
	EN     string    `json:"en-US"`
}

var keyWords = map[string]said{
	KeyExternalID: {"编号", "external id"}, KeyMemberNo: {"会员号", "member number"}, KeyUnionID: {"微信 unionid", "WeChat unionid"}, KeyOpenID: {"微信 openid", "WeChat openid"},
	KeyPhone: {"手机号", "phone"}, KeyEmail: {"邮箱", "email"}, KeyDevice: {"设备", "device"}, KeyAnonymous: {"访客标识", "anonymous id"},
}

// contradiction shows why the pair is asked about, unless it speaks of keys that the reader may not see at all.
func (p *pairRow) contradiction(ctx context.Context) *ContradictionView {
	var c Contradiction
	if p.Contradiction == "" || json.Unmarshal([]byte(p.Contradiction), &c) != nil {
		return nil
	}
	rights := guard.FieldsOf(ctx, noun)
	for _, kind := range []string{c.Sure, c.Kind} {
		if rights.Right(rightOfKey(kind)) == guard.None {
			return nil
		}
	}
	v := &ContradictionView{Source: c.Source, Sure: c.Sure, Kind: c.Kind, At: instant(c.At)}
	if p.ImportID != nil {
		v.Import = (*api.ID)(p.ImportID)
	}
	sure, kind := keyWords[c.Sure], keyWords[c.Kind]
	v.ZH = "来源「" + c.Source + "」的同一个人，" + sure.zh + "指向一方，" + kind.zh + "指向另一方"
	v.EN = "For one person of " + c.Source + ", the " + sure.en + " names one of them and the " + kind.en + " the other"
	return v
}

// rightOfKey gives the field whose right covers a sort of key.
func rightOfKey(kind string) string {
	if kind == KeyPhone || kind == KeyEmail {
		return kind
	}
	return "external_id"
}

// askWhetherOne opens the question whether two customers are one, unless it has been answered.
func askWhetherOne(ctx context.Context, tx *db.Tx, a, b int64, why Contradiction, importID *int64) error {
	why.At = clock.Millis(ctx)
	text, err := json.Marshal(why)
	if err != nil {
		return err
	}
	_, err = tx.NewRaw(`
insert into duplicate_pairs (a_id, b_id, score, bits, evidence, state, created_at, contradiction, import_id)
values (?, ?, 0.99, 0, '[]', ?, ?, ?, ?)
on conflict (a_id, b_id) do update
set score = case when duplicate_pairs.score > excluded.score then duplicate_pairs.score else excluded.score end,
    contradiction = excluded.contradiction, import_id = excluded.import_id
where duplicate_pairs.state = 'open' and duplicate_pairs.contradiction = ''`, min(a, b), max(a, b), PairOpen, why.At, string(text), importID).Exec(ctx)
	return err
}

// surerScore keeps what keys say of a pair where likeness says less: the model knows nothing of the keys.
const surerScore = "score = case when duplicate_pairs.contradiction <> '' and duplicate_pairs.score > excluded.score then duplicate_pairs.score else excluded.score end"

// dropQuestions takes the questions back that an import has raised and nobody has answered. A pair that a search has found as
// well stays for what the search says.
func dropQuestions(ctx context.Context, tx *db.Tx, importID int64) error {
	if _, err := tx.NewRaw("delete from duplicate_pairs where import_id = ? and scan_id is null and state in (?, ?)", importID, PairOpen, PairLater).Exec(ctx); err != nil {
		return err
	}
	_, err := tx.NewRaw("update duplicate_pairs set contradiction = '', import_id = null where import_id = ?", importID).Exec(ctx)
	return err
}
