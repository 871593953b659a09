import { declareErrors } from "@huimin/outcome";

export const peopleErrors = declareErrors({
  SIGN_IN_REQUIRED: {
    zh: "需要登录，或登录已过期。",
    en: "Sign-in is required, or has expired.",
    remedyZh: "用 POST /api/v1/sign-in 登录后再试。",
    remedyEn: "Sign in with POST /api/v1/sign-in and try again.",
    kind: "unauthenticated",
  },
  SIGN_IN_FAILED: {
    zh: "登录名或密码不对。",
    en: "The login name or the password is wrong.",
    remedyZh: "核对后再试；忘记密码请管理员重置。",
    remedyEn: "Check both and try again; an administrator can reset a forgotten password.",
    kind: "unauthenticated",
  },
  SIGN_IN_LOCKED: {
    zh: "连续输错密码，账号已锁定至 {until}。",
    en: "Too many wrong passwords: the account is locked until {until}.",
    remedyZh: "等到解锁时间，或请管理员重置密码。",
    remedyEn: "Wait until then, or ask an administrator to reset the password.",
    kind: "unauthenticated",
  },
  PASSWORD_CHANGE_REQUIRED: {
    zh: "首次登录须先修改密码。",
    en: "The password must be changed before anything else.",
    remedyZh: "用 POST /api/v1/me/password 修改密码。",
    remedyEn: "Change it with POST /api/v1/me/password.",
    kind: "forbidden",
  },
  PASSWORD_WEAK: {
    zh: "密码太弱：{whyZh}。",
    en: "The password is too weak: {whyEn}.",
    remedyZh: "用 12 到 128 个字符，不含登录名，不用重复字符。",
    remedyEn: "Use 12 to 128 characters, without the login name, of at least 6 different characters.",
    kind: "invalid",
  },
  ROLE_REQUIRED: {
    zh: "需要岗位 {required}。",
    en: "This needs the role {required}.",
    remedyZh: "请由具有该岗位的人员办理，或请管理员授予岗位。",
    remedyEn: "Let a person with that role do it, or ask an administrator for the role.",
    kind: "forbidden",
  },
  ADMINISTRATOR_REQUIRED: {
    zh: "只有管理员可以办理。",
    en: "Only an administrator may do this.",
    remedyZh: "请管理员办理。",
    remedyEn: "Ask an administrator.",
    kind: "forbidden",
  },
  USER_UNKNOWN: {
    zh: "没有用户 {user}。",
    en: "There is no user {user}.",
    remedyZh: "核对用户编号；名单见 GET /api/v1/users。",
    remedyEn: "Check the id; GET /api/v1/users lists them.",
    kind: "missing",
  },
  LOGIN_TAKEN: {
    zh: "登录名 {login} 已被使用。",
    en: "The login name {login} is taken.",
    remedyZh: "换一个登录名。",
    remedyEn: "Choose another login name.",
    kind: "conflict",
  },
  LAST_ADMINISTRATOR: {
    zh: "不能停用最后一位管理员。",
    en: "The last administrator can't be deactivated.",
    remedyZh: "先任命另一位管理员。",
    remedyEn: "Appoint another administrator first.",
    kind: "rule",
  },
});
