"use strict";

const WORDS = {
  en: {
    title: "Allow {technician} to do this on your computer?",
    titleDiagnostics: "Allow {technician} to check the health of your computer?",
    who: "Who", ticket: "Ticket", reason: "Reason", longest: "At most", command: "This command will run, exactly as shown:",
    diagnostics: "Load, memory, disks, network, clock, services, recent errors and pending updates are read once. Nothing is changed.",
    allow: "Allow", refuse: "Refuse", stop: "Stop it", left: "{n} seconds left to answer. No answer means no.",
    idle: "Nobody is asking for anything.", idleMore: "If a technician wants to run something on this computer, you are asked here first.",
    running: "Running now", journal: "Who was on my computer", none: "Nobody so far.",
    connected: "This page is connected", lost: "The agent is not answering", closed: "This link is no longer valid. Open the newest one, or use a terminal: firstline-agent consent",
    damaged: "This list was changed by something other than the agent.",
    late: "This question is no longer open.", seconds: "{n} s", minutes: "{n} min", hours: "{n} h", health: "Health check",
    answered_allowed: "allowed", answered_refused: "refused", answered_no_answer: "not answered", finished: "finished ({how})", refused: "not run ({why})",
    exited: "exit code {exit_code}", timeout: "time ran out", cancelled: "cancelled", stopped_by_user: "stopped by you", interrupted: "interrupted",
    not_started: "could not start", user_refused: "you refused", no_answer: "no answer", busy: "too many questions at once", silenced: "three refusals in a row",
    too_many_prompts: "too many questions this hour", verb_not_allowed: "not permitted", agent_stopped: "the agent stopped", quarantine: "device not approved yet",
  },
  zh: {
    title: "允许{technician}在您的电脑上执行以下操作吗？",
    titleDiagnostics: "允许{technician}检查您电脑的运行状况吗？",
    who: "技术人员", ticket: "工单", reason: "原因", longest: "最长时间", command: "将原样执行以下命令：",
    diagnostics: "只读取一次负载、内存、磁盘、网络、时钟、服务、近期错误和待装更新，不作任何修改。",
    allow: "允许", refuse: "拒绝", stop: "停止", left: "请在 {n} 秒内答复，不答复视为拒绝。",
    idle: "目前没有任何请求。", idleMore: "技术人员要在这台电脑上执行操作时，会先在这里征求您的同意。",
    running: "正在执行", journal: "谁操作过我的电脑", none: "暂时没有。",
    connected: "页面已连接", lost: "客户端没有响应", closed: "此链接已失效。请打开最新的链接，或在终端运行：firstline-agent consent",
    damaged: "此记录曾被客户端以外的程序改动。",
    late: "此请求已经结束。", seconds: "{n} 秒", minutes: "{n} 分钟", hours: "{n} 小时", health: "健康检查",
    answered_allowed: "已允许", answered_refused: "已拒绝", answered_no_answer: "未答复", finished: "已结束（{how}）", refused: "未执行（{why}）",
    exited: "退出码 {exit_code}", timeout: "超时", cancelled: "已取消", stopped_by_user: "您已停止", interrupted: "被中断",
    not_started: "无法启动", user_refused: "您已拒绝", no_answer: "无人答复", busy: "同时请求过多", silenced: "已连续拒绝三次",
    too_many_prompts: "一小时内请求过多", verb_not_allowed: "不在许可范围内", agent_stopped: "客户端已停止", quarantine: "设备尚未获准",
  },
};

const isChinese = (navigator.languages[0] || navigator.language || "en").toLowerCase().startsWith("zh");
const words = isChinese ? WORDS.zh : WORDS.en;
document.documentElement.lang = isChinese ? "zh-Hans" : "en";

// The secret lives in the fragment, which no server or history entry needs to keep.
if (location.hash.length > 1) {
  sessionStorage.setItem("secret", location.hash.slice(1));
  history.replaceState(null, "", "/");
}
const secret = sessionStorage.getItem("secret") || "";
const settled = new Set();
let seen = -1;

function say(key, values = {}) {
  return (words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

// Text only ever enters as text: nothing that arrives is read as markup.
function make(tag, text = "", className = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  if (className) element.className = className;
  return element;
}

function duration(seconds) {
  if (seconds < 120) return say("seconds", { n: seconds });
  if (seconds < 7200) return say("minutes", { n: Math.round(seconds / 60) });
  return say("hours", { n: Math.round(seconds / 3600) });
}

function call(path, body) {
  const headers = { Authorization: `Bearer ${secret}` };
  if (body) headers["Content-Type"] = "application/json";
  return fetch(path, { method: body ? "POST" : "GET", headers, body: body ? JSON.stringify(body) : undefined, cache: "no-store" });
}

function facts(request) {
  const list = document.createElement("dl");
  const rows = [["who", request.technician], ["ticket", request.ticket], ["reason", request.reason], ["longest", duration(request.timeout_seconds)]];
  for (const [key, value] of rows) {
    if (value) list.append(make("dt", say(key)), make("dd", value));
  }
  return list;
}

function question(request) {
  const card = make("article", "", "card question");
  card.dataset.id = request.id;
  const isCommand = request.kind === "command";
  const title = make("h1", say(isCommand ? "title" : "titleDiagnostics", request));
  title.tabIndex = -1;
  card.append(title, facts(request));
  if (isCommand) card.append(make("p", say("command"), "soft"), make("pre", request.text));
  else card.append(make("p", say("diagnostics")));
  const choices = make("div", "", "choices");
  const refuse = make("button", say("refuse"));
  const allow = make("button", say("allow"));
  const left = make("p", "", "soft");
  left.dataset.until = String(performance.now() + request.seconds_left * 1000);
  for (const [button, answer] of [[refuse, false], [allow, true]]) {
    button.type = "button";
    button.disabled = true;
    button.addEventListener("click", async (event) => {
      if (!event.isTrusted) return;
      refuse.disabled = allow.disabled = true;
      settled.add(request.id);
      const response = await call("/answer", { id: request.id, allow: answer }).catch(() => null);
      if (!response || !response.ok) left.textContent = say(response ? "late" : "lost");
    });
  }
  // A click meant for something else must not land on a question that has just appeared.
  setTimeout(() => {
    if (!settled.has(request.id)) refuse.disabled = allow.disabled = false;
  }, 800);
  choices.append(refuse, allow);
  card.append(choices, left);
  return card;
}

function showQuestions(requests) {
  const place = document.getElementById("questions");
  const isIdle = !place.querySelector("article");
  const ids = new Set(requests.map((request) => request.id));
  // Whoever reads one question is not moved to the next.
  for (const card of [...place.children]) {
    if (!ids.has(card.dataset.id)) card.remove();
  }
  let first = null;
  for (const request of requests) {
    if (place.querySelector(`[data-id="${CSS.escape(request.id)}"]`)) continue;
    const card = question(request);
    place.append(card);
    first = first || card;
  }
  if (first && isIdle) first.querySelector("h1").focus();
  if (!requests.length) {
    const idle = make("div", "", "card");
    idle.append(make("h1", say("idle")), make("p", say("idleMore"), "soft"));
    place.replaceChildren(idle);
  }
  document.title = requests.length ? `(${requests.length}) Firstline` : "Firstline";
}

function showRunning(requests) {
  const place = document.getElementById("running");
  place.replaceChildren();
  if (!requests.length) return;
  place.append(make("h2", say("running")));
  for (const request of requests) {
    const card = make("article", "", "card");
    card.append(facts(request), make("pre", request.kind === "command" ? request.text : say("health")));
    const stop = make("button", say("stop"));
    stop.type = "button";
    stop.addEventListener("click", (event) => {
      if (!event.isTrusted) return;
      stop.disabled = true;
      call("/stop", { id: request.id }).catch(() => {});
    });
    card.append(stop);
    place.append(card);
  }
}

function outcome(entry) {
  if (entry.kind === "answered") return say(`answered_${entry.answer}`);
  if (entry.kind === "finished") return say("finished", { how: say(entry.how, entry) });
  return say("refused", { why: say(entry.why) });
}

function showJournal(view) {
  const place = document.getElementById("journal");
  place.replaceChildren(make("h2", say("journal")));
  if (!view.journal_holds) place.append(make("p", say("damaged")));
  if (!view.journal.length) place.append(make("p", say("none"), "soft"));
  const list = document.createElement("ul");
  for (const entry of view.journal) {
    const item = document.createElement("li");
    const when = new Date(entry.at * 1000).toLocaleString(document.documentElement.lang);
    item.append(make("span", [when, entry.technician, entry.ticket, outcome(entry)].filter(Boolean).join(" · ")));
    const text = make("code", entry.what === "command" ? entry.text : say("health"));
    item.append(document.createElement("br"), text);
    list.append(item);
  }
  place.append(list);
}

setInterval(() => {
  for (const left of document.querySelectorAll("[data-until]")) {
    const seconds = Math.max(0, Math.round((Number(left.dataset.until) - performance.now()) / 1000));
    if (!settled.has(left.closest("article").dataset.id)) left.textContent = say("left", { n: seconds });
  }
}, 500);

async function watch() {
  const connection = document.getElementById("connection");
  for (;;) {
    try {
      const response = await call(`/desk?seen=${seen}`);
      if (response.status === 401) {
        document.getElementById("questions").replaceChildren(make("p", say("closed"), "card"));
        connection.textContent = "";
        return;
      }
      const view = await response.json();
      connection.textContent = say("connected");
      if (view.revision === seen) continue;
      seen = view.revision;
      document.getElementById("organization").textContent = view.organization;
      showQuestions(view.questions);
      showRunning(view.running);
      showJournal(view);
    } catch {
      connection.textContent = say("lost");
      seen = -1;
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

watch();
