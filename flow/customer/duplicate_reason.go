package customer

import (
	"strings"

	"guanxi/flow/customer/match"
)

// Reason is what one field says about whether two customers are one.
type Reason struct {
	Field string  `json:"field"`
	Level string  `json:"level" enum:"different,weak,swapped,similar,sound,exact"`
	Bits  float64 `json:"bits" doc:"weight: above zero for, below zero against"`
	ZH    string  `json:"zh-CN"`
	EN    string  `json:"en-US"`
}

type said struct{ zh, en string }

var reasonFields = map[string]said{
	"name": {"名称", "Name"}, "family_name": {"姓", "Family name"}, "given_name": {"名", "Given name"}, "birthday": {"生日", "Birthday"},
	"phone": {"电话", "Phone"}, "email": {"邮箱", "Email"}, "address": {"地址", "Address"}, "city": {"城市", "City"}, "postcode": {"邮编", "Postcode"},
	"gender": {"性别", "Gender"}, "company": {"公司", "Company"},
}

var reasonLevels = map[string]said{
	"exact": {"相同", "the same"}, "sound": {"写法不同，读音相同", "spelled differently, sounds the same"}, "similar": {"相差一处", "one slip apart"},
	"swapped": {"姓与名颠倒", "family and given name exchanged"}, "weak": {"部分相同", "partly the same"}, "different": {"不同", "different"},
}

// What a level means where it is not what it means elsewhere.
var reasonOwn = map[string]said{
	"birthday similar":   {"日月颠倒或错一位", "day and month exchanged, or one digit wrong"},
	"birthday weak":      {"年月日中有两项相同", "two of year, month and day the same"},
	"given_name similar": {"有形近字或错一个字母", "a similar character or one letter wrong"},
	"given_name weak":    {"有一个字相同", "in part the same"},
	"phone similar":      {"错一位数字", "one digit wrong"},
	"email sound":        {"@ 前相同", "the same before the @"},
	"email similar":      {"@ 前相差一处", "one slip apart before the @"},
	"email weak":         {"@ 前相近", "alike before the @"},
	"address sound":      {"几乎相同", "nearly the same"},
	"address similar":    {"大部分相同", "mostly the same"},
	"name sound":         {"几乎相同", "nearly the same"},
	"name similar":       {"大部分相同", "mostly the same"},
	"name weak":          {"有部分字词相同", "some words the same"},
}

func reasonOf(e match.Evidence) Reason {
	field, known := reasonFields[e.Field]
	if !known {
		name := strings.TrimPrefix(e.Field, customPrefix)
		field = said{name, name}
	}
	level, own := reasonOwn[e.Field+" "+e.Level]
	if !own {
		level = reasonLevels[e.Level]
	}
	return Reason{Field: e.Field, Level: e.Level, Bits: e.Bits, ZH: field.zh + level.zh, EN: field.en + ": " + level.en}
}
