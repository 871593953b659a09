import { declareErrors } from "@huimin/outcome";

export const errors = declareErrors({
  SAME_PERSON: {
    zh: "制单人与审核人不能是同一人({person})。",
    en: "Maker and checker must be two persons; {person} is both.",
    remedyZh: "请由另一位有审核权限的人员审核。",
    remedyEn: "Let another person with the checker's role decide it.",
    kind: "forbidden",
  },
  CHECKER_ROLE_REQUIRED: {
    zh: "岗位 {role} 不能审核 {command},需要岗位 {required}。",
    en: "Role {role} may not check {command}; it needs {required}.",
    remedyZh: "请由具有 {required} 岗位的人员审核。",
    remedyEn: "Let a person with role {required} decide it.",
    kind: "forbidden",
  },
  PROPOSAL_UNKNOWN: {
    zh: "没有编号为 {proposal} 的待审单据。",
    en: "There is no proposal {proposal}.",
    remedyZh: "请核对单据编号。",
    remedyEn: "Check the number of the proposal.",
    kind: "missing",
  },
  PROPOSAL_EXISTS: {
    zh: "编号 {proposal} 已被使用。",
    en: "The number {proposal} is taken by another proposal.",
    remedyZh: "请使用新的编号。",
    remedyEn: "Use a new number.",
    kind: "conflict",
  },
  PROPOSAL_ALREADY_DECIDED: {
    zh: "单据 {proposal} 已处理(状态:{status}),不能再次处理。",
    en: "Proposal {proposal} is already decided ({status}).",
    remedyZh: "如仍需记账,请重新制单。",
    remedyEn: "Propose the command anew if it is still wanted.",
    kind: "conflict",
  },
  NOT_THE_MAKER: {
    zh: "只有制单人本人可以撤回单据 {proposal}。",
    en: "Only its maker can withdraw proposal {proposal}.",
    remedyZh: "审核人请使用“驳回”。",
    remedyEn: "A checker rejects it instead.",
    kind: "forbidden",
  },
  MAKER_ROLE_REQUIRED: {
    zh: "岗位 {role} 不能提出 {command},需要岗位 {required}。",
    en: "Role {role} may not propose {command}; it needs {required}.",
    remedyZh: "请由具有 {required} 岗位的人员制单。",
    remedyEn: "Let a person with role {required} propose it.",
    kind: "forbidden",
  },
  COMMAND_UNKNOWN: {
    zh: "没有名为 {command} 的可制单业务。",
    en: "There is no command {command} that can be proposed.",
    remedyZh: "请核对业务名称。",
    remedyEn: "Check the name of the command.",
    kind: "missing",
  },
  PERSONAL_DATA_IN_CLEAR: {
    zh: "单据内容 {path} 含有未加密的个人信息。",
    en: "The proposal carries personal data in clear at {path}.",
    remedyZh: "请改用人员编号或加密后的字段(sealed:)。",
    remedyEn: "Refer to the person by id, or seal the field (sealed:).",
    kind: "invalid",
  },
  PROPOSAL_TOO_LARGE: {
    zh: "单据内容超过 {limit} 字节。",
    en: "The proposal is larger than {limit} bytes.",
    remedyZh: "请拆分为多张单据。",
    remedyEn: "Split it into several proposals.",
    kind: "invalid",
  },
});
