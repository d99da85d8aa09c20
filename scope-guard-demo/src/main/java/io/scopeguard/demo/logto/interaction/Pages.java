package io.scopeguard.demo.logto.interaction;

import io.scopeguard.demo.logto.directory.Application;
import io.scopeguard.demo.logto.directory.Directory;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.util.HtmlUtils;

/** The two pages: plain forms that work without a script. */
public final class Pages {

    private static final String LAYOUT = """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>%1$s</title>
            <style>
            :root { color-scheme: light dark; --accent: #5d34f2; --line: #8884; --soft: #8881; }
            * { box-sizing: border-box; }
            body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem;
                   font: 1rem/1.5 system-ui, sans-serif; background: Canvas; color: CanvasText; }
            main { width: 100%%; max-width: 25rem; padding: 2rem; border: 1px solid var(--line);
                   border-radius: 1rem; box-shadow: 0 1rem 3rem #0001; }
            h1 { margin: 0 0 .25rem; font-size: 1.4rem; }
            p { margin: .25rem 0 1rem; }
            label { display: block; margin: .75rem 0 .25rem; font-weight: 600; }
            input { width: 100%%; padding: .6rem .75rem; font: inherit; color: inherit; background: var(--soft);
                    border: 1px solid var(--line); border-radius: .5rem; }
            button { width: 100%%; margin-top: 1rem; padding: .7rem; font: inherit; font-weight: 600; color: #fff;
                     background: var(--accent); border: 1px solid var(--accent); border-radius: .5rem;
                     cursor: pointer; }
            button.quiet { color: inherit; background: none; border-color: var(--line); margin-top: .5rem; }
            :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
            ul { margin: 0; padding: .75rem .75rem .75rem 2rem; max-height: 16rem; overflow: auto;
                 background: var(--soft); border-radius: .5rem; }
            .alert { padding: .6rem .75rem; border-left: 4px solid #d33; background: #d331; border-radius: .25rem; }
            .note { margin: 1.5rem 0 0; font-size: .85rem; opacity: .75; }
            </style>
            </head>
            <body>
            <main>
            %2$s
            <p class="note">An identity provider in a box: for trying out, not for production.</p>
            </main>
            </body>
            </html>
            """;

    private static final String SIGN_IN = """
            <h1>Sign in</h1>
            <p>to continue to %1$s</p>
            %2$s
            <form method="post" action="/sign-in">
            <input type="hidden" name="%3$s" value="%4$s">
            <label for="username">Username</label>
            <input id="username" name="username" autocomplete="username" autocapitalize="none" required autofocus>
            <label for="password">Password</label>
            <input id="password" name="password" type="password" autocomplete="current-password" required>
            <button>Sign in</button>
            </form>
            <p class="note">Try <b>alice</b>, <b>bob</b> or <b>carol</b>, each with the password <b>demo</b>.</p>
            """;

    private static final String CONSENT = """
            <h1>%1$s</h1>
            <p>asks for access on behalf of <b>%2$s</b>:</p>
            <ul>
            %3$s
            </ul>
            <form method="post" action="/oidc/auth">
            <input type="hidden" name="client_id" value="%4$s">
            <input type="hidden" name="state" value="%5$s">
            %6$s
            <button>Allow</button>
            </form>
            <form method="post" action="/oidc/auth">
            <input type="hidden" name="client_id" value="%4$s">
            <input type="hidden" name="state" value="%5$s">
            <button class="quiet">Deny</button>
            </form>
            """;

    private final Directory directory;

    public Pages(Directory directory) {
        this.directory = directory;
    }

    public RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .GET("/sign-in", this::signIn)
                .GET("/consent", this::consent)
                .build();
    }

    private ServerResponse signIn(ServerRequest request) {
        if (request.param("signed-in").isPresent()) {
            return page("Signed in", "<h1>Signed in</h1><p>You can close this page.</p>");
        }
        CsrfToken csrf =
                (CsrfToken) request.attribute(CsrfToken.class.getName()).orElseThrow();
        return page(
                "Sign in",
                SIGN_IN.formatted(
                        escape(applicationName(request.param("app_id").orElse(""))),
                        alert(request),
                        escape(csrf.getParameterName()),
                        escape(csrf.getToken())));
    }

    private static String alert(ServerRequest request) {
        if (request.param("failed").isPresent()) {
            return "<p class=\"alert\" role=\"alert\">Incorrect username or password.</p>";
        }
        if (request.param("suspended").isPresent()) {
            return "<p class=\"alert\" role=\"alert\">This account is suspended.</p>";
        }
        return request.param("signed-out").isPresent() ? "<p role=\"status\">You are signed out.</p>" : "";
    }

    private ServerResponse consent(ServerRequest request) {
        String clientId = request.param("client_id").orElse("");
        List<String> scopes = Arrays.stream(request.param("scope").orElse("").split(" "))
                .filter(scope -> !scope.isEmpty())
                .toList();
        return page(
                "Consent",
                CONSENT.formatted(
                        escape(applicationName(clientId)),
                        escape(request.principal().orElseThrow().getName()),
                        lines(scopes, "<li>%s</li>"),
                        escape(clientId),
                        escape(request.param("state").orElse("")),
                        lines(scopes, "<input type=\"hidden\" name=\"scope\" value=\"%s\">")));
    }

    private String applicationName(String clientId) {
        return directory.applications().find(clientId).map(Application::name).orElse("the application");
    }

    private static String lines(List<String> values, String template) {
        return values.stream().map(value -> template.formatted(escape(value))).collect(Collectors.joining("\n"));
    }

    private static String escape(String text) {
        return HtmlUtils.htmlEscape(text, "UTF-8");
    }

    private static ServerResponse page(String title, String content) {
        // No form-action: browsers hold it against the redirect to the application that follows the form.
        return ServerResponse.ok()
                .contentType(MediaType.parseMediaType("text/html; charset=utf-8"))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header(
                        "Content-Security-Policy",
                        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'")
                .body(LAYOUT.formatted(title, content));
    }
}
