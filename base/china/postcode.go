package china

// postcodes gives the province by the first two digits of a postcode of China (YZ/T 0036; 83 is the corps in Xinjiang).
var postcodes = map[string]string{
	"10": "北京", "20": "上海", "30": "天津", "40": "重庆", "01": "内蒙古", "02": "内蒙古", "03": "山西", "04": "山西", "05": "河北", "06": "河北", "07": "河北",
	"11": "辽宁", "12": "辽宁", "13": "吉林", "15": "黑龙江", "16": "黑龙江", "21": "江苏", "22": "江苏", "23": "安徽", "24": "安徽", "25": "山东", "26": "山东", "27": "山东",
	"31": "浙江", "32": "浙江", "33": "江西", "34": "江西", "35": "福建", "36": "福建", "41": "湖南", "42": "湖南", "43": "湖北", "44": "湖北", "45": "河南", "46": "河南", "47": "河南",
	"51": "广东", "52": "广东", "53": "广西", "54": "广西", "55": "贵州", "56": "贵州", "57": "海南", "61": "四川", "62": "四川", "63": "四川", "64": "四川", "65": "云南", "66": "云南", "67": "云南",
	"71": "陕西", "72": "陕西", "73": "甘肃", "74": "甘肃", "75": "宁夏", "81": "青海", "83": "新疆", "84": "新疆", "85": "西藏", "86": "西藏",
}

// ProvinceOfPostcode gives the everyday name of the province of a postcode of mainland China, "" for what is none.
func ProvinceOfPostcode(code string) string {
	if len(code) != 6 {
		return ""
	}
	for i := range len(code) {
		if code[i] < '0' || code[i] > '9' {
			return ""
		}
	}
	return postcodes[code[:2]]
}

// ServedAcross says that a postcode of one province serves places of another, as happens along a few borders.
func ServedAcross(province, postcodes string) bool {
	return province == "内蒙古" && (postcodes == "吉林" || postcodes == "黑龙江") || province == "重庆" && postcodes == "四川"
}
