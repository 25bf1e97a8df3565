package demo

import "context"

// team is a group of the staff; each of the seven roles is held by somebody.
type team struct {
	name   string
	people []Staff
}

var teams = []team{
	{"会员运营组", []Staff{
		{Name: "林晚", Email: "linwan", Role: "operator"},
		{Name: "曾可", Email: "zengke", Role: "operator"},
		{Name: "何一鸣", Email: "heyiming", Role: "analyst"},
	}},
	{"大客户组", []Staff{
		{Name: "周予安", Email: "zhouyuan", Role: "manager"},
		{Name: "沈嘉树", Email: "shenjiashu", Role: "sales"},
		{Name: "单于静", Email: "shanyujing", Role: "sales"},
		{Name: "马思远", Email: "masiyuan", Role: "sales"},
	}},
	{"顾客服务组", []Staff{
		{Name: "陆清", Email: "luqing", Role: "service"},
		{Name: "唐果", Email: "tangguo", Role: "service"},
		{Name: "覃小满", Email: "qinxiaoman", Role: "service"},
	}},
	{"", []Staff{
		{Name: "顾南", Email: "gunan", Role: "admin"},
		{Name: "钱守正", Email: "qianshouzheng", Role: "auditor"},
	}},
}

// makeStaff gives the company its people: twelve, in three teams, with one
// manager, over the team that owns the best customers; the administrator and the
// auditor belong to no team.
func (m *maker) makeStaff(ctx context.Context) error {
	for _, t := range teams {
		for _, s := range t.people {
			s.Number, s.Team, s.Email = len(m.staff)+1, t.name, s.Email+"@muhe.example"
			s.CapacityMinutes = 390
			s.CreatedAt = m.season.start[0].AddDate(0, 0, -60)
			m.staff = append(m.staff, s)
			if err := m.sink.Staff(ctx, s); err != nil {
				return err
			}
		}
	}
	return nil
}

// withRole gives the numbers of the staff of a role.
func (m *maker) withRole(role string) (numbers []int) {
	for _, s := range m.staff {
		if s.Role == role {
			numbers = append(numbers, s.Number)
		}
	}
	return numbers
}
