package io.scopeguard.logtobox.management;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The routes of the Management API, in Logto's notation: {@code /organizations/:id/users}. */
final class Routes {

    private static final Pattern VARIABLE = Pattern.compile(":(\\w+)");

    @FunctionalInterface
    interface Handler {

        Reply handle(Call call);
    }

    record Route(String method, String path, Handler handler) {

        /** The names of the variables in the path, in their order. */
        List<String> variables() {
            return VARIABLE.matcher(path).results().map(found -> found.group(1)).toList();
        }

        /** The path in the notation of Spring's router. */
        String pattern() {
            return "/api" + VARIABLE.matcher(path).replaceAll("{$1}");
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
