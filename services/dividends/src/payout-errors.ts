import { declareErrors } from "@huimin/outcome";

export const payoutFileErrors = declareErrors({
  PAYOUT_FILE_FOR_HEIR: {
    kind: "rule",
    zh: "批次 {payoutBatch} 向继承人发放,收款账户不在系统内,不生成代发文件。",
    en: "Batch {payoutBatch} pays an heir, whose account is not on file: there is no file for it.",
    remedyZh: "请凭继承证明到银行柜面单笔转账。",
    remedyEn: "Transfer it at the bank's counter with the proof.",
  },
  PAYOUT_FILE_INCOMPLETE: {
    kind: "conflict",
    zh: "批次 {payoutBatch} 中 {count} 户的账号或户名无法读取(如 {household})。",
    en: "Account or name of {count} households of batch {payoutBatch} can't be opened, such as {household}.",
    remedyZh: "请核对登记簿;密钥已销毁的不能再生成文件。",
    remedyEn: "Check the register; what was shredded can't be written again.",
  },
  PAYOUT_FILE_TOO_LONG: {
    kind: "rule",
    zh: "批次 {payoutBatch} 有 {count} 笔,银行一个文件最多 {limit} 笔。",
    en: "Batch {payoutBatch} has {count} payments, a bank takes {limit} in one file.",
    remedyZh: "请撤销后拆成几个批次提交。",
    remedyEn: "Cancel it and submit several batches.",
  },
  PAYOUT_FILE_ID_TOO_LONG: {
    kind: "rule",
    zh: "批次号 {payoutBatch} 超过 {limit} 个字符,pain.001 放不下。",
    en: "The batch number {payoutBatch} has more than {limit} characters, which a pain.001 can't hold.",
    remedyZh: "请下载 csv 或 xlsx 清单;以后使用较短的批次号。",
    remedyEn: "Take the csv or xlsx list; use a shorter number next time.",
  },
  PAYOUT_FILE_CHARACTER: {
    kind: "conflict",
    zh: "批次 {payoutBatch} 有户名含控制字符,不能写入文件。",
    en: "A name in batch {payoutBatch} has control characters, which the file can't hold.",
    remedyZh: "请在登记簿中更正户名。",
    remedyEn: "Correct the name in the register.",
  },
});
