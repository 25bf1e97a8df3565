export default {
  stages: "各阶段", edit: "改阶段", nobodyDefined: "还没有定义生命周期阶段，请管理员来选一套", table: "各阶段的人数、进出与停留", stage: "阶段", count: "人数", share: "占比", entered: "进入", left: "离开",
  takes: "停留", takesWhat: "期间走到下一阶段的客户在本阶段停留天数的中位数", soFar: "已停留", soFarWhat: "现在还在本阶段的客户已停留天数的中位数", strategy: "策略", noStrategy: "还没写", more: "更多", moreOf: "{{name}}的更多操作",
  days: "{{n}} 天", mean: "平均 {{n}} 天，共 {{stays}} 次", stays: "{{n}} 次，均 {{mean}} 天", byHand: "由人手动设置", open: "看这些客户", segment: "存为客群",
  outside: "不在任何阶段：", recalled: "{{from}} 起的变化按规则从历史订单和事件回推（每周一次），{{began}} 起实时记录。", knownFrom: "{{from}} 起实时记录。", byRule: "另有 {{n}} 人因改了规则而换阶段，不计入流动。",
  still: "这段时间没有客户换阶段", happened: "这段时间阶段变化 **{{all}}** 次，最多的一步是「{{from}} → {{to}}」，**{{n}}** 人。",
  flow: "阶段之间的流动", flowLabel: "客户从哪个阶段到哪个阶段", from: "从", to: "到", moves: "次数", customers: "人数", steps: "走得最多的路", step: "从 → 到", new: "新建档", gone: "不再存在",
  begin: "选一套阶段开始", beginWhat: "阶段让每位客户现在走到哪一步、下一步该做什么一目了然。先看每个阶段会有多少人，再保存。", choose: "用这一套", own: "从空白开始",
  editTitle: "定义生命周期阶段", order: "按客户成长的先后排列。客户站在规则成立的最靠后的阶段；手动设置的阶段优先。", nth: "第 {{n}} 个阶段：", add: "加一个阶段", would: "{{n}} / {{total}} 位客户有阶段，{{outside}} 位不在任何阶段",
  name: { "zh-CN": "中文名", "en-US": "英文名" }, matching: "规则成立 {{n}}", up: "第 {{n}} 个阶段上移", down: "第 {{n}} 个阶段下移", remove: "删去第 {{n}} 个阶段", rule: "改规则", ruleOf: "改第 {{n}} 个阶段的规则", strategyHint: "在这个阶段我们做什么",
  save: "保存阶段", removeAll: "保存，不再用阶段", cancel: "放弃", saveWhat: "保存后几秒内全部客户重新归入阶段；因规则改变的移动另外标明", firstWhat: "保存后几秒内全部客户归入阶段，并回推过去一年", saved: "阶段已保存",
  ruleTitle: "谁在这个阶段", useRule: "用这条规则", useHand: "不用规则，由人设置", handWhat: "由人设置的阶段在客户页或批量修改里选，优先于其他阶段的规则。",
} as const;
