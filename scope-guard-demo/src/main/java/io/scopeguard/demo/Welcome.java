package io.scopeguard.demo;

import io.scopeguard.logtobox.LogtoBox;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;

/** Prints the next steps once the application has started. */
final class Welcome implements ApplicationListener<ApplicationReadyEvent> {

    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
        ConfigurableApplicationContext context = event.getApplicationContext();
        String page = "http://localhost:" + context.getEnvironment().getProperty("local.server.port") + "/";
        boolean isEmbedded = context.getBeanProvider(LogtoBox.class).getIfAvailable() != null;
        System.out.println(isEmbedded ? tour(page) : "Open   " + page);
    }

    private static String tour(String page) {
        return """

                Open   %s
                Users  alice, bob and carol, each with the password demo
                Walk   sign in as alice, create a report, demote alice in the operator's panel, create another one
                """.formatted(page);
    }
}
