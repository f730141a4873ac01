import { Button, TextInput } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { eventsQuery } from "../../lib/api/queries";
import { useLiveView } from "../../lib/stream/hooks";
import { Loaded } from "../../lib/view/Loaded";
import { Mark } from "../../lib/view/Mark";
import { useFormats } from "../../lib/view/formats";
import { describe, isIllegal, matches, merge } from "./eventRows";

/** What the journal holds of one twin, newest first, with the offset that names it for ever. @param until a moment of the past; null: now, and what the stream adds */
export function Events({ id, until = null, filter, setFilter }: { readonly id: string; readonly until?: number | null; readonly filter: string; readonly setFilter: (filter: string) => void }) {
  const { t } = useTranslation();
  const { time, number } = useFormats();
  const query = useInfiniteQuery(eventsQuery(id, until));
  const tail = useLiveView((view) => view.tails.get(id));
  const cut = useLiveView((view) => view.tails.get(id)?.cut ?? view.tailsFrom);
  const fetched = useMemo(() => query.data?.pages.flatMap((page) => page.items), [query.data]);
  const events = useMemo(() => merge(until === null ? tail?.events ?? [] : [], fetched ?? []), [tail, fetched, until]);
  const newest = fetched && (fetched[0]?.offset ?? 0);
  const { refetch } = query;
  useEffect(() => { if (until === null && newest !== undefined && newest < cut) void refetch({ cancelRefetch: false }); }, [until, newest, cut, refetch]);   // else rows between page and tail would be missing, unseen
  const shown = events.filter((event) => matches(event, filter));
  return (
    <section className="panel" aria-label={t("events.title")}>
      <header>
        <TextInput size="xs" w={280} value={filter} onChange={(event) => setFilter(event.currentTarget.value)} placeholder={t("events.filter")} aria-label={t("events.filter")} />
        <span className="quiet small aside">{t("events.loaded", { n: number.whole(events.length) })}</span>
      </header>
      <Loaded query={query} what={t("events.title")} rows={10}>{() => (
        <>
          {events.length === 0 ? <p className="calm quiet">{t("events.none")}</p> : shown.length === 0 ? <p className="calm quiet">{t("events.noMatch", { n: events.length })}</p> : (
            <table className="grid events">
              <thead><tr><th scope="col" className="num">{t("events.offset")}</th><th scope="col">{t("events.at")}</th><th scope="col">{t("events.name")}</th><th scope="col">{t("events.data")}</th></tr></thead>
              <tbody>{shown.map((event) => (
                <tr key={event.offset} data-testid="event-row" data-offset={event.offset} data-name={event.name}>
                  <td className="num quiet">{number.whole(event.offset)}</td><td className="time">{time.dateTime(Date.parse(event.at))}</td><td>{event.name}</td>
                  <td>{isIllegal(event) && <Mark severity="p3" label={t("flag.illegalTransition")} />} {describe(event.data)}</td>
                </tr>))}</tbody>
            </table>
          )}
          <div className="more">{query.hasNextPage
            ? <Button variant="default" size="xs" onClick={() => void query.fetchNextPage()} loading={query.isFetchingNextPage}>{t("events.older")}</Button>
            : events.length > 0 && <span className="quiet small">{t("events.end")}</span>}</div>
        </>
      )}</Loaded>
    </section>
  );
}
