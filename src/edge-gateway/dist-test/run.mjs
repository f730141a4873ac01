import { FakeCore } from "./testing/fake-core.js";
import { createLinkCertificates } from "./testing/certificates.js";
const dir=process.argv[2];
await createLinkCertificates(dir+"/pki");
const core=await FakeCore.withCertificates(dir+"/pki"); core.port=Number(process.argv[3]); core.credit=50000;
await core.start(); console.log("core", core.url);
let last=0;
setInterval(()=>{ const t=core.ticks.at(-1); console.log(new Date().toISOString(), "rows",core.rows.length, "+", core.rows.length-last, "gaps",core.gaps.length,"missing",core.missing.length,"repeated",core.repeated, t&&new Date(t.plantTimeUs/1000).toISOString(), t?.speed, JSON.stringify(t?.endpoints), t?.buffered, t?.dropped); last=core.rows.length;}, 1000);
setTimeout(()=>process.exit(0), Number(process.argv[4])*1000);
