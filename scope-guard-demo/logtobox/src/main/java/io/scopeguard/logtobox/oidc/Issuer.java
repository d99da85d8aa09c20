package io.scopeguard.logtobox.oidc;

import java.net.URI;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.web.server.context.WebServerInitializedEvent;
import org.springframework.context.ApplicationListener;

/** The address of the box, which is known once its port is. */
public final class Issuer implements ApplicationListener<WebServerInitializedEvent> {

    private volatile @Nullable URI endpoint;

    @Override
    public void onApplicationEvent(WebServerInitializedEvent event) {
        endpoint = URI.create("http://127.0.0.1:" + event.getWebServer().getPort());
    }

    public URI endpoint() {
        return Objects.requireNonNull(endpoint, "the box has not started");
    }

    /** The {@code iss} of every token. */
    public String value() {
        return endpoint() + "/oidc";
    }
}
