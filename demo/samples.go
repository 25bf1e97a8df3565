package demo

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"time"

	"guanxi/base/clock"
	"guanxi/base/workspace"
)

// Sample is a small file to try the importer with.
type Sample struct {
	Name    string // file name
	Kind    string // kind of import
	Says    string // what it shows
	Content []byte // CSV in UTF-8
}

// Samples gives files that play worked examples of the articles:
//
//   - T01, a list to clean: Zhang, Li, Wang, Wang again, and Chen whose telephone
//     is NULL; and what another source knows of Chen. Three are kept, the twin is
//     removed, the telephone is filled.
//   - T04, a hotel's stays: regular, occasional and first-time guests, eight, ten
//     and twelve of them, to be told apart by how often they came in a year.
func Samples(ctx context.Context) ([]Sample, error) {
	stays, err := hotelStays(ctx)
	if err != nil {
		return nil, err
	}
	list, err := csvOf([][]string{
		{"客户编号", "姓名", "手机", "邮箱", "城市", "备注"},
		{"A001", "张伟", "154 0000 0101", "zhangwei@example.com", "杭州市", ""},
		{"A002", "李娜", "15400000102", "lina@example.com", "上海市", ""},
		{"A003", "王芳", "15400000103", "wangfang@example.com", "苏州市", ""},
		{"A004", "王 芳", "+86 154-0000-0103", "WangFang@Example.com", "苏州", "与 A003 是同一个人"},
		{"A005", "陈静", "NULL", "chenjing@example.com", "宁波市", "手机缺失"},
	})
	if err != nil {
		return nil, err
	}
	fill, err := csvOf([][]string{
		{"邮箱", "姓名", "手机"},
		{"chenjing@example.com", "陈静", "15400000105"},
	})
	if err != nil {
		return nil, err
	}
	return []Sample{
		{"t01-list.csv", "customers", "一份要清洗的名单：一位重复，一位缺手机", list},
		{"t01-fill.csv", "customers", "另一个来源知道的手机号", fill},
		{"t04-stays.csv", "orders", "一家酒店一年的入住：常客、偶尔、首次", stays},
	}, nil
}

// classes of hotel guests: how many guests, and how often each came.
var classes = []struct{ guests, stays int }{{8, 9}, {10, 3}, {12, 1}}

// hotelStays lists stays of the last year, newest last, some in the same month so
// that order and count both matter.
func hotelStays(ctx context.Context) ([]byte, error) {
	t, err := readTables()
	if err != nil {
		return nil, err
	}
	c := newChance(Small().Seed).of(streamContact, 0, 4)
	today := clock.Now(ctx).In(workspace.Of(ctx).Location)
	rows := [][]string{{"订单号", "日期", "金额", "门店", "客户编号", "姓名", "手机"}}
	guest := 0
	for _, class := range classes {
		for range class.guests {
			guest++
			gender := one(c, []string{"female", "male"})
			name := t.surnames[t.surnameWeight.pick(c)] + one(c, t.given[gender])
			for stay := range class.stays {
				day := today.AddDate(0, 0, -3-stay*(330/class.stays)-c.IntN(20))
				rows = append(rows, []string{
					fmt.Sprintf("H%05d", len(rows)), day.Format(time.DateOnly), fmt.Sprintf("%d.00", 388+100*c.IntN(6)),
					"沐禾酒店", fmt.Sprintf("G%03d", guest), name, fmt.Sprintf("194000004%02d", guest),
				})
			}
		}
	}
	return csvOf(rows)
}

// csvOf writes rows with a byte-order mark, as spreadsheets in China do.
func csvOf(rows [][]string) ([]byte, error) {
	out := bytes.NewBufferString("\ufeff")
	w := csv.NewWriter(out)
	if err := w.WriteAll(rows); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
