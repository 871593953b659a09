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
});
