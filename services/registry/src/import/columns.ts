/** Columns of a household file, one row per person. The first name is the one of the template. */
export interface Column {
  readonly names: readonly string[];
  readonly required: boolean;
}

export const COLUMNS = {
  household: { names: ["户编号", "户号", "household"], required: true },
  village: { names: ["村编码", "村代码", "行政村编码", "village"], required: true },
  relation: { names: ["与户主关系", "关系", "relation"], required: true },
  name: { names: ["姓名", "name"], required: true },
  idNumber: { names: ["身份证号", "身份证号码", "公民身份号码", "证件号码", "idNumber"], required: true },
  sex: { names: ["性别", "sex"], required: false },
  phone: { names: ["手机号", "手机号码", "联系电话", "电话", "phone"], required: false },
  cause: { names: ["致贫原因", "主要致贫原因", "cause"], required: false },
  bank: { names: ["开户行", "开户银行", "bank"], required: false },
  account: { names: ["账号", "银行账号", "银行卡号", "卡号", "account"], required: false },
  accountKind: { names: ["账户类型", "卡折类型", "accountKind"], required: false },
  registeredOn: { names: ["登记日期", "建档日期", "识别时间", "registeredOn"], required: false },
  group: { names: ["村民小组", "组", "小组", "group"], required: false },
} as const satisfies Readonly<Record<string, Column>>;

export type ColumnKey = keyof typeof COLUMNS;
export const COLUMN_KEYS = Object.keys(COLUMNS) as readonly ColumnKey[];

/** Spaces, full-width letters and the required mark of templates say nothing about the column. */
const plainHeader = (text: string): string => text.replace(/[\s\u3000*＊:：]/g, "").replace(/[(（].*[)）]$/u, "");

export const columnOf = (header: string): ColumnKey | undefined => {
  const name = plainHeader(header);
  return COLUMN_KEYS.find((key) => (COLUMNS[key].names as readonly string[]).some((known) => known.toLowerCase() === name.toLowerCase()));
};

const RELATIONS: ReadonlyMap<string, string> = new Map(
  (
    [
      ["head", "户主 本人 本人或户主 head"],
      ["spouse", "配偶 妻 妻子 夫 丈夫 之妻 之夫 spouse"],
      [
        "child",
        "子女 子 女 儿子 女儿 之子 之女 长子 次子 三子 四子 独生子 长女 次女 三女 四女 独生女 养子 养女 继子 继女 之养子 之养女 child",
      ],
      ["parent", "父母 父亲 母亲 父 母 之父 之母 公公 婆婆 岳父 岳母 之公公 之婆婆 之岳父 之岳母 继父 继母 parent"],
      ["grandchild", "孙子女 孙子 孙女 外孙子 外孙女 外孙 之孙子 之孙女 之外孙子 之外孙女 曾孙子 曾孙女 之曾孙子 之曾孙女 grandchild"],
      [
        "other",
        "其他 其它 兄弟姐妹 之兄弟姐妹 兄 弟 姐 妹 哥哥 弟弟 姐姐 妹妹 儿媳 之儿媳 女婿 之女婿 祖父母 祖父 祖母 之祖父 之祖母 外祖父 外祖母 之外祖父 之外祖母 侄子 侄女 叔伯 孙媳 之孙媳 other",
      ],
    ] as const
  ).flatMap(([relation, names]) => names.split(" ").map((name) => [name, relation] as const)),
);

/** Our word for a relation to the head, or undefined. */
export const relationOf = (text: string): string | undefined => RELATIONS.get(text.replace(/[\s\u3000]/g, ""));

const KINDS: ReadonlyMap<string, "card" | "passbook" | "social-security-card"> = new Map([
  ["卡", "card"],
  ["银行卡", "card"],
  ["借记卡", "card"],
  ["card", "card"],
  ["折", "passbook"],
  ["存折", "passbook"],
  ["passbook", "passbook"],
  ["社保卡", "social-security-card"],
  ["social-security-card", "social-security-card"],
]);

/** Kind of an account as written; where nothing is written, 16–19 digits are taken for a card. */
export const accountKindOf = (written: string, number: string): "card" | "passbook" | "social-security-card" =>
  KINDS.get(written.trim()) ?? (/^\d{16,19}$/.test(number.replace(/\s/g, "")) ? "card" : "passbook");

/** Templates and fixtures: the Chinese names in order. */
export const TEMPLATE_HEADER: readonly string[] = COLUMN_KEYS.map((key) => COLUMNS[key].names[0]);
