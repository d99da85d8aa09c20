package io.scopeguard.lambda;

import com.amazonaws.serverless.exceptions.ContainerInitializationException;
import com.amazonaws.serverless.proxy.model.AwsProxyResponse;
import com.amazonaws.serverless.proxy.model.HttpApiV2ProxyRequest;
import com.amazonaws.serverless.proxy.spring.SpringBootLambdaContainerHandler;
import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Starts the application once for each execution environment, and passes it the requests of an HTTP API. */
public class ReportsFunction implements RequestStreamHandler {

    private final SpringBootLambdaContainerHandler<HttpApiV2ProxyRequest, AwsProxyResponse> application;

    public ReportsFunction() throws ContainerInitializationException {
        application = SpringBootLambdaContainerHandler.getHttpApiV2ProxyHandler(ReportApplication.class);
    }

    @Override
    public void handleRequest(InputStream event, OutputStream response, Context context) throws IOException {
        application.proxyStream(event, response, context);
    }
}
