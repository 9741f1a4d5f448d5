// Brings what changed up to date, without moving what somebody reads, types or has opened.
const said = document.getElementById("live");

const busy = (part) => part.contains(document.activeElement) || part.querySelector("details[open]") || part.contains(getSelection().anchorNode) && !getSelection().isCollapsed;

const refresh = async () => {
  const seconds = Number(document.body.dataset.live);
  if (!seconds) return;
  setTimeout(refresh, seconds * 1000);
  if (document.hidden) return;
  try {
    const answer = await fetch(location.href, { redirect: "error" });
    if (!answer.ok) throw new Error(answer.statusText);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const late = [...document.querySelectorAll("[data-part]")].filter((part) => {
      const other = fresh.getElementById(part.id);
      if (!other || other.innerHTML === part.innerHTML) return false;
      if (busy(part)) return true;
      part.replaceChildren(...other.childNodes);
      return false;
    });
    // What could not be shown yet is tried again even when the run has ended.
    if (!late.length) document.body.dataset.live = fresh.body.dataset.live ?? "";
    said.textContent = "";
  } catch {
    said.textContent = "No answer from scim-connector; this page may be old.";
  }
};

setTimeout(refresh, Number(document.body.dataset.live) * 1000);
