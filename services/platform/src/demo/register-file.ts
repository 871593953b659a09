import { TEMPLATE_HEADER } from "@huimin/service-registry";
import { stringify } from "csv-stringify/sync";
import type { DemoDistrict } from "./district.ts";
import { DEMO_BANKS } from "./lending.ts";

const RELATIONS: Readonly<Record<string, string>> = { head: "户主", spouse: "配偶", child: "子女", parent: "父母", grandchild: "孙子女" };
/** The register of 建档立卡 was closed at the end of 2015. */
export const REGISTERED_ON = "2015-12-31";

/** The district's register as the file that a clerk would upload: one row a person, Chinese headers. */
export function registerFile(district: DemoDistrict): string {
  const lead = DEMO_BANKS[0].name;
  const rows = district.households.flatMap(({ household, village, members, cause, cardNumber }) =>
    members.map(({ relation, name, idNumber, sex }) => {
      const isHead = relation === "head";
      const cells: Readonly<Record<string, string>> = {
        户编号: household,
        村编码: village,
        与户主关系: RELATIONS[relation] ?? "其他",
        姓名: name,
        身份证号: idNumber,
        性别: sex === "male" ? "男" : "女",
        致贫原因: isHead ? cause : "",
        开户行: isHead ? lead : "",
        账号: isHead ? cardNumber : "",
        账户类型: isHead ? "卡" : "",
        登记日期: REGISTERED_ON,
      };
      return TEMPLATE_HEADER.map((column) => cells[column] ?? "");
    }),
  );
  return stringify([[...TEMPLATE_HEADER], ...rows]);
}
