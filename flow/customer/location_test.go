package customer

import "testing"

func TestLocation(t *testing.T) {
	for _, row := range []struct {
		country, province, phone, home, want string
	}{
		{"", "", "", "CN", ""},
		{"中国", "", "+4420794601", "CN", LocationDomestic},
		{"United Kingdom", "", "+8613912345521", "CN", LocationForeign},
		{"GB", "", "", "GB", LocationDomestic},
		{"香港", "", "", "CN", LocationForeign},
		{"Atlantis", "", "+8613912345521", "CN", LocationDomestic},
		{"", "内蒙古自治区", "", "CN", LocationDomestic},
		{"", "香港特别行政区", "", "CN", LocationForeign},
		{"", "广东", "", "GB", LocationForeign},
		{"", "Kent", "+4420794601", "CN", LocationForeign},
		{"", "", "+8613912345521", "CN", LocationDomestic},
		{"", "", "+85291234567", "CN", LocationForeign},
		{"", "", "wrong", "CN", ""},
	} {
		if got := LocationOf(row.country, row.province, []string{row.phone}, row.home); got != row.want {
			t.Errorf("%+v: %q", row, got)
		}
	}
}
