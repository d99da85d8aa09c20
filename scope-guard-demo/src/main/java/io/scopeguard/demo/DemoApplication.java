package io.scopeguard.demo;

import io.scopeguard.demo.api.ReportController;
import io.scopeguard.demo.page.PageController;
import io.scopeguard.demo.shop.ShopController;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the API on port 8080. The guard uses the configured Logto, or else an embedded provider. */
@SpringBootApplication(scanBasePackageClasses = {ReportController.class, PageController.class, ShopController.class})
public class DemoApplication {

    public static void main(String[] args) {
        SpringApplication application = new SpringApplication(DemoApplication.class);
        application.addInitializers(new EmbeddedProvider());
        application.addListeners(new Welcome());
        application.run(args);
    }
}
