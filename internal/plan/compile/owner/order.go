package owner

import (
	"strings"
	"unicode/utf8"
)

// commandWords begin a duty in command form; two characters each, so that one look-up decides.
var commandWords = set(`
加强 强化 建立 健全 完善 落实 开展 推进 推动 做好 组织 制定 制订 明确 加大 加快 积极 大力 广泛 切实 认真 严格 严厉 严禁 严防 严惩 严打
依法 依托 依规 实施 实行 提高 提升 保障 保护 保持 引导 引进 引入 指导 督促 督导 鼓励 支持 发挥 充分 培育 培养 培训 建设 建成 建好 建强 打造 构建 搭建
整合 统筹 深化 深入 拓展 扩大 优化 规范 净化 防范 防止 预防 打击 整治 排查 摸底 摸清 摸排 评估 监测 监督 检查 考核 通报 报告 报送 宣传 普及 营造
动员 发动 设立 设置 成立 配备 配齐 配强 选优 选派 选聘 充实 聘请 安排 纳入 投入 压实 压紧 夯实 筑牢 织密 织牢 守牢 守护 及时 定期 定时 全面 全力 进一 持续
常态 探索 创新 聚焦 突出 坚持 坚决 确保 实现 帮助 帮扶 救助 关爱 关心 关注 走访 探视 畅通 受理 处置 查处 追究 办理 协助 协调 协同 配合 参与 会同
给予 提供 召开 举办 印发 出台 编制 修订 起草 签订 发放 收集 汇总 上报 梳理 公布 公开 更新 录入 管理 教育 化解 妥善 减少 逐步 逐级 有序 有效 着力
注重 重视 高度 履行 承担 负责 牵头 主动 精准 精心 精细 分类 分级 分层 科学 合理 稳妥 准确 继续 扎实 努力 力争 争取 用好 抓好 抓实 抓紧 办好 管好 护好 守好
促进 维护 扶持 改善 改进 改造 增强 增加 增设 增进 新建 新增 扩建 创建 创设 开发 开设 开通 开放 启动 运用 利用 推广 推行 推送 推荐 贯彻 执行 学习 组建
集中 联合 共同 对接 衔接 链接 挖掘 选树 评选 表彰 奖励 问责 追责 整改 巩固 总结 分析 研究 研判 调度 调查 核查 核实 核对 比对 清理 清查 抽查 巡查 巡访 巡视
严肃 严密 强制 限制 禁止 杜绝 消除 控制 降低 遏制 阻断 阻止 制止 关停 取缔 拓宽 延伸 覆盖 融合 结合 联动 细化 量化 分解 制作 编写 编印 草拟 拟订 拟定
申请 审批 审核 验收 验证 登记 备案 建档 归档 签约 结对 包保 走进 送达 送教 招募 吸纳 吸引 激励 激发 凝聚 汇聚 传递 传承 弘扬 倡导 倡议 尊重 听取 征求 反映
编发 对照 应当 必须 不得 应该 务必 将对 按照 根据 针对 通过 围绕 立足 利用 借助 采取 落细 用足 用活 补齐 补强 理顺 简化 减轻 疏导 干预 矫治 转介 转办 交办 督办 挂牌 试点 试行 先行
`)

func set(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// Commanding: the words begin like an order, or with those to whom it goes (各村要…).
func Commanding(words string) bool {
	return strings.HasPrefix(words, "各") || commandStart(words)
}

// commandStart: the words begin with the verb of an order or what leads up to it.
func commandStart(words string) bool {
	words = strings.TrimLeft(words, " “\"")
	if strings.HasPrefix(words, "应急") { // 应急管理部门 is an office, 应 alone an order
		return false
	}
	r, n := utf8.DecodeRuneInString(words)
	if strings.ContainsRune("对将把为由要应以在按从向让使给每", r) {
		return true
	}
	_, m := utf8.DecodeRuneInString(words[n:])
	return commandWords[words[:n+m]]
}
