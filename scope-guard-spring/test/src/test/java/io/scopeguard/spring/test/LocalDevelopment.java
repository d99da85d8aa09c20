package io.scopeguard.spring.test;

import io.scopeguard.logtobox.LogtoBox;
import java.util.Map;
import org.springframework.boot.SpringApplication;

/** An example of the documentation: the application on this machine, with its own provider. */
final class LocalDevelopment {

    private LocalDevelopment() {}

    public static void main(String[] args) {
        LogtoBox box = LogtoBox.builder().start(); // on port 9000
        SpringApplication application = new SpringApplication(ReportsApplication.class);
        application.setDefaultProperties(Map.copyOf(box.properties()));
        application.run(args);
    }
}
