package io.scopeguard.demo.logto.management;

import java.util.ArrayList;
import java.util.List;

/** The routes of the Management API, written as Logto writes them: {@code /organizations/:id/users}. */
final class Routes {

    @FunctionalInterface
    interface Handler {

        Reply handle(Call call);
    }

    record Route(String method, String path, Handler handler) {

        /** The path as Spring's router wants it. */
        String pattern() {
            return "/api" + path.replaceAll(":(\\w+)", "{$1}");
        }
    }

    private final List<Route> routes = new ArrayList<>();

    Routes get(String path, Handler handler) {
        return add("GET", path, handler);
    }

    Routes post(String path, Handler handler) {
        return add("POST", path, handler);
    }

    Routes put(String path, Handler handler) {
        return add("PUT", path, handler);
    }

    Routes patch(String path, Handler handler) {
        return add("PATCH", path, handler);
    }

    Routes delete(String path, Handler handler) {
        return add("DELETE", path, handler);
    }

    List<Route> all() {
        return routes;
    }

    private Routes add(String method, String path, Handler handler) {
        routes.add(new Route(method, path, handler));
        return this;
    }
}
