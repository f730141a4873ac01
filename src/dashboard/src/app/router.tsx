import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { Overview } from "../features/overview/Overview";
import { connectionsSearch, engineSearch, findSearch, oeeSearch, twinSearch, valuesSearch } from "../lib/view/search";
import { Frame } from "./Frame";
import { Broken, NotFound } from "./NotFound";

const root = createRootRoute({ component: Frame, notFoundComponent: NotFound, errorComponent: Broken });

const overview = createRoute({ getParentRoute: () => root, path: "/", component: Overview });

const twin = createRoute({
  getParentRoute: () => root, path: "/twins/$id", validateSearch: twinSearch,
  component: lazyRouteComponent(() => import("../features/twin/TwinPage"), "TwinPage"),
});

const oee = createRoute({
  getParentRoute: () => root, path: "/oee/$id", validateSearch: oeeSearch,
  component: lazyRouteComponent(() => import("../features/oee/OeePage"), "OeePage"),
});

const connections = createRoute({
  getParentRoute: () => root, path: "/connections", validateSearch: connectionsSearch,
  component: lazyRouteComponent(() => import("../features/connections/ConnectionsPage"), "ConnectionsPage"),
});

const engine = createRoute({
  getParentRoute: () => root, path: "/engine", validateSearch: engineSearch,
  component: lazyRouteComponent(() => import("../features/engine/EnginePage"), "EnginePage"),
});

const find = createRoute({
  getParentRoute: () => root, path: "/find", validateSearch: findSearch,
  component: lazyRouteComponent(() => import("../features/find/FindPage"), "FindPage"),
});

const values = createRoute({
  getParentRoute: () => root, path: "/values", validateSearch: valuesSearch,
  component: lazyRouteComponent(() => import("../features/values/ValuesPage"), "ValuesPage"),
});

export const plantRouter = () => createRouter({ routeTree: root.addChildren([overview, twin, oee, find, values, connections, engine]), defaultPreload: "intent", scrollRestoration: false, defaultErrorComponent: Broken });

declare module "@tanstack/react-router" {
  interface Register { router: ReturnType<typeof plantRouter> }
}
