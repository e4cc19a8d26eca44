import pytest, sys
sys.path.insert(0,'/tmp/hostile')
from dataclasses import replace
from hotline_bridge.steps.aside import retry
from hotline_bridge.steps.register import register_by_hand
from routing.case import State
from tests.conftest import Bank
from tests.make import HALF_ANSWER, WHOLE_ANSWER, a_form, a_mail
from tests.hostile.test_mail_senders import a_slip, raw
OUTLET = "ts-b1010101@branch.example"
DESK="desk@bank.example"
def show(bank):
    for c in bank.cases():
        print(c.number,c.state,c.complaint.withheld, bank.words(c.number))
    print('ans',bank.house.store.read_now(lambda tx:[(a.paper,a.sender,a.standing,a.reasons) for a in tx.answers.claimed()]))
    print('Q',bank.house.store.read_now(lambda tx:[(p.id,p.trouble) for p in tx.papers.quarantined()]))
    for i in range(1,12):
        p=bank.house.store.read_now(lambda tx:tx.papers.get(i))
        if p: print('paper',p.id,p.kind,p.state,p.trouble)

async def test_auto_copy_first(bank: Bank):
    number,_=await a_slip(bank)
    r=raw(OUTLET.encode(),number)
    bank.door.mail(b"Auto-Submitted: auto-generated\r\nX-Forwarded-By: rule\r\n"+r)
    await bank.quiet()
    bank.door.mail(r); await bank.quiet()
    show(bank); assert 0

async def test_forward_dmarc_fail_first(bank: Bank):
    rules=bank.house.rules
    bank.house.shelf.rules=replace(rules,identity=replace(rules.identity,trusted_servers=("mx.bank.example",)))
    number,_=await a_slip(bank)
    r=raw(OUTLET.encode(),number)
    bank.door.mail(b"Authentication-Results: mx.bank.example; dmarc=fail header.from=branch.example\r\n"+r)
    await bank.quiet()
    bank.door.mail(b"Authentication-Results: mx.bank.example; dmarc=pass header.from=branch.example\r\n"+r); await bank.quiet()
    show(bank); assert 0

async def test_spoof_spf(bank: Bank):
    rules=bank.house.rules
    bank.house.shelf.rules=replace(rules,identity=replace(rules.identity,trusted_servers=("mx.bank.example",)))
    number,_=await a_slip(bank)
    r=raw(OUTLET.encode(),number)
    bank.door.mail(b'Authentication-Results: mx.bank.example; spf=pass smtp.mailfrom="x@branch.example"@evil.example; dmarc=none header.from=branch.example\r\n'+r)
    await bank.quiet()
    show(bank); assert 0

def dxl(frm,number,text,unid="A"*32,extra=""):
    t="".join(f"<par><run>{l}</run></par>" for l in text.splitlines())
    return f'<document form="Memo"><noteinfo unid="{unid}"/><item name="From"><text>{frm}</text></item><item name="Subject"><text>{number}</text></item><item name="PostedDate"><datetime>20260722T092500,00+08</datetime></item>{extra}<item name="Body"><richtext>{t}</richtext></item></document>'
async def test_notes_spoof(bank: Bank):
    number,_=await a_slip(bank)
    bank.door.put("notes",dxl(f"&quot;{OUTLET}&quot; &lt;clerk@evil.example&gt;",number,WHOLE_ANSWER).encode())
    await bank.quiet(); show(bank); assert 0
async def test_notes_ff(bank: Bank):
    number,_=await a_slip(bank)
    bank.door.put("notes",(f"From:  kehu@x.cn\nSubject:  hello\nPostedDate:  2026-07-20 10:00\n\nbody1\n\fFrom:  {OUTLET}\nSubject:  {number}\nPostedDate:  2026-07-22 09:00\n\n{WHOLE_ANSWER}").encode())
    await bank.quiet(); show(bank); assert 0
async def test_notes_namesake(bank: Bank):
    number,_=await a_slip(bank)
    bank.door.mail(raw(OUTLET.encode(),"hello","别的事情，客户称柜员态度冷淡，要求道歉。",message_id="m1@x")); await bank.quiet()
    bank.door.put("notes",dxl(OUTLET,number,WHOLE_ANSWER,extra="<item name='$MessageID'><text>&lt;m1@x&gt;</text></item>").encode())
    await bank.quiet(); show(bank); assert 0
async def test_notes_same_unid(bank: Bank):
    number,_=await a_slip(bank)
    bank.door.put("notes",("<database>"+dxl(OUTLET,"hello","客户称柜员态度冷淡，要求道歉。")+dxl(OUTLET,number,WHOLE_ANSWER)+"</database>").encode())
    await bank.quiet(); show(bank); assert 0
async def test_private(bank: Bank):
    from hotline_bridge.steps.review import sign
    text="客户称京北分行上地路营业所柜员诱导其老母亲把存款转为保险，老人今年七十八岁，损失二十万元，声称要向媒体曝光，要求道歉退款。密语甲乙丙。"
    bank.door.mail(a_mail(text,sender="kehu@x.example",subject="主题秘密：老人被骗存款变保险",message_id="<p@x>",headers={"X-Notes-Keep-Private":"1"}))
    await bank.quiet(); show(bank)
    c=bank.case()
    print([ (f.name,f.evidence) for f in c.verdict.flags])
    await bank.assign(c.number, unit="B1010101"); await bank.quiet()
    if bank.case().state is State.HELD:
        await bank.sign(c.number); await bank.quiet()
    show(bank)
    for one in bank.relay.sent:
        print('=====',one.to,one.subject); print(str(one)[:200])
        try: print(one.text)
        except Exception as e: print(dir(one))
    assert 0
async def test_retry_form(bank: Bank):
    from tests.make import form_bytes
    body=form_bytes(a_form())
    bank.door.put("form",body); await bank.quiet(); show(bank); assert 0
async def test_sender_quarantine(bank: Bank):
    rules=bank.house.rules
    bank.house.shelf.rules=replace(rules,limits=replace(rules.limits,cases_of_sender=1))
    for i in range(3):
        bank.door.mail(a_mail("客户称上地路营业所柜员态度冷淡，要求道歉。%d"%i,sender="zhangsan-13800000077@x.example",subject="投诉%d"%i,message_id=f"<p{i}@x>")); await bank.quiet()
    show(bank)
    for one in bank.relay.to(DESK): print(one.subject, getattr(one,'text',''))
    await bank.decide(retry,2,"me"); await bank.quiet(); await bank.quiet(); show(bank)
    assert 0
async def test_x_bridge(bank: Bank):
    bank.door.mail(a_mail("客户称上地路营业所柜员态度冷淡，要求道歉。",sender="kehu@x.example",subject="投诉",message_id="<p@x>",headers={"X-Hotline-Bridge":"1"})); await bank.quiet(); show(bank); assert 0
async def test_auto_of_unit_name(bank: Bank):
    bank.door.mail(a_mail("客户称上地路营业所柜员态度冷淡，要求道歉。",sender=OUTLET,subject="自动回复: 投诉",message_id="<p@x>")); await bank.quiet(); show(bank); assert 0
