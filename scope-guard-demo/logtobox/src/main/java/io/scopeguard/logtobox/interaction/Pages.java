package io.scopeguard.logtobox.interaction;

import io.scopeguard.logtobox.directory.Application;
import io.scopeguard.logtobox.directory.Directory;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.security.web.csrf.CsrfToken;
import org.springframework.web.servlet.function.RouterFunction;
import org.springframework.web.servlet.function.RouterFunctions;
import org.springframework.web.servlet.function.ServerRequest;
import org.springframework.web.servlet.function.ServerResponse;
import org.springframework.web.util.HtmlUtils;

/** The pages: plain forms that work without scripts. */
public final class Pages {

    private static final Template LAYOUT = Template.named("layout");
    private static final Template SIGN_IN = Template.named("sign-in");
    private static final Template WELCOME = Template.named("welcome");
    private static final Template CONSENT = Template.named("consent");

    private final Directory directory;

    public Pages(Directory directory) {
        this.directory = directory;
    }

    public RouterFunction<ServerResponse> routes() {
        return RouterFunctions.route()
                .GET("/", request -> page("Logto in a box", WELCOME.render(Map.of())))
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
                SIGN_IN.render(Map.of(
                        "application",
                                escape(applicationName(request.param("app_id").orElse(""))),
                        "alert", alert(request),
                        "username", escape(request.param("login_hint").orElse("")),
                        "csrfName", escape(csrf.getParameterName()),
                        "csrfToken", escape(csrf.getToken()))));
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
                .sorted()
                .toList();
        return page(
                "Consent",
                CONSENT.render(Map.of(
                        "application", escape(applicationName(clientId)),
                        "user", escape(request.principal().orElseThrow().getName()),
                        "scopes", lines(scopes, "<li>", "</li>"),
                        "clientId", escape(clientId),
                        "state", escape(request.param("state").orElse("")),
                        "scopeFields", lines(scopes, "<input type=\"hidden\" name=\"scope\" value=\"", "\">"))));
    }

    private String applicationName(String clientId) {
        return directory.applications().find(clientId).map(Application::name).orElse("the application");
    }

    private static String lines(List<String> values, String before, String after) {
        return values.stream().map(value -> before + escape(value) + after).collect(Collectors.joining("\n"));
    }

    private static String escape(String text) {
        return HtmlUtils.htmlEscape(text, "UTF-8");
    }

    private static ServerResponse page(String title, String content) {
        // No form-action: browsers also apply it to the redirect to the application after the form.
        return ServerResponse.ok()
                .contentType(MediaType.parseMediaType("text/html; charset=utf-8"))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header(
                        "Content-Security-Policy",
                        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'")
                .body(LAYOUT.render(Map.of("title", title, "content", content)));
    }
}
