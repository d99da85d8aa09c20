package io.scopeguard.spring.autoconfigure;

import io.scopeguard.Mode;
import io.scopeguard.spring.authorization.HandlerCatalog;
import io.scopeguard.spring.provider.ProviderRegistrations;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;

/** One line that says how the application is guarded, once it is ready. A mode that does not enforce is a warning. */
final class StartupReport implements ApplicationListener<ApplicationReadyEvent> {

    private static final Logger log = LoggerFactory.getLogger(StartupReport.class);

    private final ScopeGuardProperties properties;
    private final ProviderRegistrations providers;
    private final HandlerCatalog handlers;

    StartupReport(ScopeGuardProperties properties, ProviderRegistrations providers, HandlerCatalog handlers) {
        this.properties = properties;
        this.providers = providers;
        this.handlers = handlers;
    }

    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
        String summary = summary();
        if (properties.mode() == Mode.ENFORCE) {
            log.info("{}", summary);
        } else {
            log.warn("{}. In this mode, revoked permissions are not denied", summary);
        }
    }

    private String summary() {
        long guarded = handlers.guarded();
        long open = handlers.open();
        long undeclared = handlers.entries().size() - guarded - open;
        return "Scope Guard: mode %s; provider %s; audience %s; max-age %s; handlers: %d guarded, %d open, %d without a declaration"
                .formatted(
                        properties.mode().name().toLowerCase(Locale.ROOT),
                        String.join(", ", providers.descriptions()),
                        new AudienceSettings(properties).defaultAudience(),
                        SettingChecks.text(properties.permissions().maxAge()),
                        guarded,
                        open,
                        undeclared);
    }
}
